CREATE VIEW same.same AS SELECT * FROM public.same;
