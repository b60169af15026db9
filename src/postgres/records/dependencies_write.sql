-- Records what statements need, and how that is known.
INSERT INTO {schema}.pgmg_dependencies (object_name, depends_on, learned_from)
SELECT object_name, depends_on, learned_from
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[]))
       AS r (object_name, depends_on, learned_from)
    ON CONFLICT (object_name, depends_on) DO UPDATE SET learned_from = excluded.learned_from
