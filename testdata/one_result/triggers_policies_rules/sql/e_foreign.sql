CREATE FOREIGN TABLE far_job (id int) SERVER far;
