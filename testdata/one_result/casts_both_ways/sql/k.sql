CREATE VIEW implicit_call AS SELECT takes_int('ok'::mood);
