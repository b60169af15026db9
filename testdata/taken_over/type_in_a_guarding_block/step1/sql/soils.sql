CREATE VIEW soils AS SELECT soil, max(depth::integer)::depth AS depth FROM ground GROUP BY soil;
