CREATE VIEW usesdyn AS SELECT dynf() AS n;
