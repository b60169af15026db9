CREATE POLICY same ON same USING (same = 'same');
