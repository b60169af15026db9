DO $$
BEGIN
    EXECUTE format('CREATE VIEW %I AS SELECT id, weight FROM parcel', concat_ws('_', 'parcels', 'in', 'stock'));
END
$$;
