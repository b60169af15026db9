CREATE POLICY writing ON article TO author USING (author = current_user);
COMMENT ON POLICY writing ON article IS 'Each their own.';
