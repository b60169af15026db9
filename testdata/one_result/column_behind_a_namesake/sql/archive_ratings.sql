SET search_path = archive;

CREATE VIEW ratings AS SELECT stars FROM catalogue;
