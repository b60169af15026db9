CREATE VIEW middle AS SELECT id FROM there_already;
