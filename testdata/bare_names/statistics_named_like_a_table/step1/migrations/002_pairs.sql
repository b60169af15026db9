CREATE SCHEMA other;
CREATE TABLE other.pairs (a integer, b integer);
