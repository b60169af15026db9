ALTER VIEW v OWNER TO pgmg_writer;
