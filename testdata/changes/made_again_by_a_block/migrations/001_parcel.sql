CREATE TABLE parcel (id bigint PRIMARY KEY, weight integer);
