DROP POLICY guests ON cabin;
