DROP INDEX IF EXISTS public.ship_name;
