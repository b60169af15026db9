CREATE VIEW full_nests AS SELECT id FROM nests WHERE eggs > 0;
