CREATE VIEW v AS SELECT 'ok'::"App".mood AS how, 1::"App".small AS n;
