CREATE INDEX pt_2_i ON pt_2 (id);
