-- pgmg: destructive
DROP TABLE page CASCADE;
ALTER TABLE page_new RENAME TO page;
ALTER INDEX page_new_pkey RENAME TO page_pkey;
