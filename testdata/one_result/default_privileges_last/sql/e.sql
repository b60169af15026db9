CREATE VIEW dps.v AS SELECT * FROM dps.hidden;
