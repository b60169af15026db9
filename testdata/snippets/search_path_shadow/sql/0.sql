CREATE SCHEMA IF NOT EXISTS front; SET search_path = front, public; CREATE VIEW public.thing AS SELECT 'public'::text AS origin;
