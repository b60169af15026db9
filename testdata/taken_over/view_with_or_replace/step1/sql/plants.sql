CREATE OR REPLACE VIEW plants AS SELECT id, name, height FROM plant;
