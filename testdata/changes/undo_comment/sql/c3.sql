COMMENT ON FUNCTION f(int) IS 'a function';
COMMENT ON TRIGGER tr ON t IS 'a trigger';
COMMENT ON CONSTRAINT t_pkey ON t IS 'a key';
