GRANT /* to read */ SELECT ON ALL TABLES IN -- all that reports show
    SCHEMA public TO pgmg_reader;
