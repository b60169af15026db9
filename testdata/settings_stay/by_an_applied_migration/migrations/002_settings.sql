ALTER FUNCTION pieces() SET work_mem = '64MB';
ALTER VIEW in_stock SET (security_barrier = true);
