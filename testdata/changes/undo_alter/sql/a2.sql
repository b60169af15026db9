ALTER FUNCTION f(int) SET search_path = public;
ALTER FUNCTION f(int) STABLE;
