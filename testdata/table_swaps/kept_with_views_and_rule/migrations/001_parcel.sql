CREATE TABLE parcel (id integer PRIMARY KEY, weight integer);
