CREATE VIEW uses_built AS SELECT n FROM built;
