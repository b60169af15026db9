CREATE VIEW above AS SELECT id FROM middle;
