CREATE VIEW heavy AS SELECT p.*, 1 AS one FROM parcels p;
