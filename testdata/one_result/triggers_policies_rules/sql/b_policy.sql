CREATE POLICY may_see ON job FOR SELECT TO pgmg_reader USING (may_see(job));
