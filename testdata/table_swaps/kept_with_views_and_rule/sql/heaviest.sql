CREATE MATERIALIZED VIEW heaviest AS SELECT max(weight) AS weight FROM heavy;

CREATE INDEX heaviest_weight ON heaviest (weight);
