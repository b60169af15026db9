CREATE VIEW open_job AS SELECT * FROM job WHERE may_see(job);
