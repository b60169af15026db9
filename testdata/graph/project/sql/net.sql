CREATE FUNCTION net(amount numeric) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN amount / (1 + (SELECT rate FROM tax));
END $$;
