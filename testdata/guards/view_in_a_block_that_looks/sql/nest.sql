DO $$
BEGIN
    IF to_regclass('nests') IS NULL THEN
        CREATE VIEW nests AS SELECT id, eggs FROM nest;
    END IF;
    IF to_regclass('nest_eggs') IS NULL THEN
        CREATE INDEX nest_eggs ON nest (eggs);
    END IF;
END
$$;
