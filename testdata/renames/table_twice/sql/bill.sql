CREATE VIEW large AS SELECT id, total FROM invoice WHERE total > 1000;
GRANT SELECT ON large, invoice TO viewer;
CREATE TRIGGER logged AFTER UPDATE OF total ON invoice FOR EACH ROW EXECUTE FUNCTION log();
CREATE POLICY own ON invoice USING (customer = current_user OR total < 10);
COMMENT ON TABLE invoice IS 'To be paid.';
