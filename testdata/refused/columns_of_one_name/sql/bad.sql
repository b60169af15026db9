CREATE VIEW twice AS SELECT * FROM one JOIN one AS other USING (id);
