CREATE VIEW visits AS SELECT p.address, count(v.page) AS n FROM page p LEFT JOIN visit v ON v.page = p.id GROUP BY p.address;
