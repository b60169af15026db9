CREATE VIEW use_slut AS SELECT * FROM "slüt;";
