CREATE TABLE post (
    id bigint PRIMARY KEY,
    title text,
    slug text DEFAULT slug_of('untitled'),
    CHECK (slug = slug_of(slug))
);
