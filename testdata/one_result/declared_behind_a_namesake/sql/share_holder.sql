SET search_path = archive;

DO $$
BEGIN
    IF EXISTS (SELECT FROM balances) THEN
        EXECUTE format('CREATE DOMAIN public.%I AS integer', concat_ws('_', 'share', 'holder'));
    END IF;
END
$$;
