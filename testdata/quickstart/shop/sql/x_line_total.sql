CREATE FUNCTION line_total(line order_line) RETURNS money_amount LANGUAGE sql STABLE AS $$
    SELECT line.quantity * p.price FROM product p WHERE p.id = line.product
$$;
