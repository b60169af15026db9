/* another comment */
CREATE VIEW v
  AS SELECT 'a -- b' AS t -- and one at the end
;
