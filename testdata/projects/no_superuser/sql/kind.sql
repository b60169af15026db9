CREATE TYPE app.kind AS ENUM ('new', 'used');
