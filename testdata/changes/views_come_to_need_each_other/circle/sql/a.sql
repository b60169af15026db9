CREATE VIEW a AS SELECT two::int AS one FROM b;
