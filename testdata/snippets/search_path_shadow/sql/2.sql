-- Must read front.thing.
CREATE SCHEMA IF NOT EXISTS front; SET search_path = front, public; CREATE VIEW public.reader AS SELECT origin FROM thing;
