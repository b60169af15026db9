CREATE VIEW report AS SELECT e.r AS east, w.r AS west FROM east.report e, west.report w;
