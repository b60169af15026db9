CREATE VIEW titles AS SELECT title FROM public.catalogue;
