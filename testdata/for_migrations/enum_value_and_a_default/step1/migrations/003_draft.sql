ALTER TABLE "order" ALTER COLUMN state SET DEFAULT 'draft';
INSERT INTO "order" VALUES (1, 'draft');
