CREATE TABLE visit (page int NOT NULL REFERENCES page, at timestamptz NOT NULL DEFAULT now());
