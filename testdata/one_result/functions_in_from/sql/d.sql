CREATE VIEW "window" AS SELECT w.wf FROM wv w;
