ALTER FUNCTION me() RENAME TO current_author;
