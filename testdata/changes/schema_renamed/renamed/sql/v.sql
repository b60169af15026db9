CREATE VIEW v AS SELECT 'ok'::app.mood AS how, 1::app.small AS n;
