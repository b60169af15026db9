-- A function and the trigger that calls it, in one file: the file's own order is kept.
CREATE FUNCTION guard_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF stock_left(NEW.product) < NEW.quantity THEN
        RAISE EXCEPTION 'only % left', stock_left(NEW.product);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_stock BEFORE INSERT ON order_line FOR EACH ROW EXECUTE FUNCTION guard_stock();
