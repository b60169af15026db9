CREATE CAST (coins AS numeric) WITH FUNCTION worth(coins) AS IMPLICIT;
