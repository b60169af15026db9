CREATE VIEW high AS SELECT id, numbered(n) AS n FROM low WHERE n > 10;
