CREATE POLICY guests ON cabin USING (guest = current_user);
