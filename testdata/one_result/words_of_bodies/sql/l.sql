CREATE VIEW atx AS SELECT 1 begin, 2 atomic;
CREATE VIEW aty AS SELECT begin atomic FROM atx;

