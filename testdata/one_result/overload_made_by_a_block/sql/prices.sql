CREATE VIEW prices AS SELECT price_of(3) AS price;
