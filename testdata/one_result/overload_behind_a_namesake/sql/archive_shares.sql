SET search_path = archive;

CREATE VIEW shares AS SELECT holder FROM balances;
