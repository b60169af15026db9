ALTER TABLE parcel RENAME TO parcel_before;
CREATE TABLE parcel (id integer PRIMARY KEY, weight numeric NOT NULL, label text);
INSERT INTO parcel SELECT id, weight FROM parcel_before;
