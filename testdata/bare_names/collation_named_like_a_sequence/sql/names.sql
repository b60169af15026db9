CREATE COLLATION german (provider = libc, locale = 'C');
CREATE OPERATOR FAMILY words USING btree;
CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
