-- Which of these owners ($1, spelled as SQL needs them) the session's role does not act for; and whether it is a member of them.
SELECT pg_catalog.quote_ident(current_user),
       o.owner,
       pg_catalog.pg_has_role(o.owner::pg_catalog.regrole, 'MEMBER')
  FROM pg_catalog.unnest($1::pg_catalog.text[]) AS o (owner)
 WHERE NOT pg_catalog.pg_has_role(o.owner::pg_catalog.regrole, 'USAGE')
