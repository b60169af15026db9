-- Views, functions, types, triggers, policies: each is written once, as it is to be today.
CREATE FUNCTION order_total(orders) RETURNS numeric
LANGUAGE sql STABLE
AS $$ SELECT $1.quantity * $1.price $$;
