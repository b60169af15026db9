CREATE VIEW atw AS SELECT t.begin, t.atomic, begin.atomic AS z FROM at_t t, at_t begin;
