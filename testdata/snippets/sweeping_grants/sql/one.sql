CREATE VIEW just_one AS SELECT how_many() AS x;
