CREATE VIEW lat AS SELECT l.* FROM wt, LATERAL wg(wt.x) l, LATERAL (SELECT * FROM wv) z, ROWS FROM (wg(1), wh(2)) AS r;
