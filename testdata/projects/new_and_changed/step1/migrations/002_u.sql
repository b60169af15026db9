CREATE TABLE u (price numeric);
