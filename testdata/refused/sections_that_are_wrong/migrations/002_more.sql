-- pgmg: section name="a"
SELECT 1;
-- pgmg: section name="a"
SELECT 2;
-- pgmg: section mode="sometimes" name="b"
SELECT 3;
-- pgmg: section nam="c"
SELECT 4;
-- pgmg: section name="empty"
