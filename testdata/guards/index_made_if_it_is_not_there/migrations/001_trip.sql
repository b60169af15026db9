CREATE TABLE trip (id bigint PRIMARY KEY, origin text, target text);
