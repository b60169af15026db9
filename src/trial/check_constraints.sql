-- Shows at once what deferred constraints would refuse at COMMIT; pgmg's own guard is let through and armed again.
SET LOCAL pgmg.allow_commit = 'yes';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SET LOCAL pgmg.allow_commit = 'no';
INSERT INTO pg_temp.pgmg_guard VALUES (true);
