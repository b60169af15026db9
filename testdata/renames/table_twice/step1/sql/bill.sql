CREATE VIEW large AS SELECT id, total FROM bill WHERE total > 1000;
GRANT SELECT ON large, bill TO viewer;
CREATE TRIGGER logged AFTER UPDATE OF total ON bill FOR EACH ROW EXECUTE FUNCTION log();
CREATE POLICY own ON bill USING (customer = current_user OR total < 10);
COMMENT ON TABLE bill IS 'To be paid.';
