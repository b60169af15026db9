CREATE VIEW archive.catalogue AS SELECT 3 AS stars;
