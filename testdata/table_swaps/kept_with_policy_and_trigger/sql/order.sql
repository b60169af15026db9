CREATE POLICY own ON purchase TO owner_of_rows USING (owner = current_user);
CREATE TRIGGER touched BEFORE UPDATE ON purchase FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
