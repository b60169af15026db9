ALTER VIEW books SET (security_barrier = true, check_option = 'local');
ALTER VIEW books ALTER COLUMN title SET DEFAULT 'untitled';
ALTER VIEW books OWNER TO librarian;
