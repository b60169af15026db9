-- The column is called like a function; that makes it no dependency.
CREATE VIEW some_day AS SELECT counts_it AS x FROM (SELECT 1 AS counts_it) q;
