CREATE POLICY guests ON cabin USING (guest = current_user);
CREATE TYPE deck AS ENUM ('upper', 'lower');
