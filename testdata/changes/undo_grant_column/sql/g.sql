GRANT SELECT (name), UPDATE (id) ON v TO pgmg_reader;

GRANT SELECT (id) ON t TO pgmg_reader;
