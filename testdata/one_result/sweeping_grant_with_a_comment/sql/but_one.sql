REVOKE/* nobody's business */SELECT ON salary FROM pgmg_reader;
