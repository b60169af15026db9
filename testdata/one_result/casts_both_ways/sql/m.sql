CREATE TABLE dflt (m mood DEFAULT 1);
