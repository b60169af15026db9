CREATE OPERATOR public.|| (LEFTARG = int, RIGHTARG = text, FUNCTION = it);
