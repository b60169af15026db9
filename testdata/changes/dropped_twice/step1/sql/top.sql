CREATE POLICY light ON parcel FOR ALL USING (weight(1) > 7);
CREATE VIEW top AS SELECT (SELECT count(*) FROM rows_of_base()) AS n, 1::small AS s, r.a FROM base r;
