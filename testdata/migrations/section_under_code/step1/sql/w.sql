CREATE VIEW oldest AS SELECT max(age) AS age, count(*) AS number FROM ages;
