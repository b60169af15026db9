DO $$
BEGIN
    IF to_regclass('nests') IS NULL THEN
        CREATE VIEW nests AS SELECT id, eggs::bigint AS eggs FROM nest WHERE id > 0;
    END IF;
    IF to_regclass('nest_eggs') IS NULL THEN
        CREATE INDEX nest_eggs ON nest (eggs) WHERE eggs > 0;
    END IF;
END
$$;
