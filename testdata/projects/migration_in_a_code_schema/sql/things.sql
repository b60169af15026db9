CREATE VIEW app.things AS SELECT id FROM app.thing;
