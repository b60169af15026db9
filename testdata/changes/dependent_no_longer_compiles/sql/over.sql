CREATE VIEW over AS
SELECT b.one, b.two FROM base b;
