CREATE FUNCTION stock_left(wanted bigint) RETURNS bigint STABLE
BEGIN ATOMIC
    SELECT p.stock - coalesce(sum(l.quantity), 0)
      FROM product p LEFT JOIN order_line l ON l.product = p.id
     WHERE p.id = wanted
     GROUP BY p.id;
END;
