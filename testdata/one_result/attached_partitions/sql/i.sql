CREATE INDEX pt_i ON ONLY pt (id);
