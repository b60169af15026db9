ALTER TABLE letter ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "own_letters" ON public.letter;
CREATE POLICY own_letters ON letter FOR SELECT TO tenant USING (owner = current_user);
COMMENT ON POLICY own_letters ON letter IS 'To each their own.';
