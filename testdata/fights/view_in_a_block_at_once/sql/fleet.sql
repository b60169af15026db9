CREATE VIEW fleet AS SELECT 'Dora' AS ship;
