ALTER TABLE match RENAME COLUMN aside TO guest;
