CREATE VIEW ov AS SELECT 'a'::text + 'b'::text AS x, 'a'::varchar || 1 AS y, 1 || 2::text AS z;
