CREATE MATERIALIZED VIEW IF NOT EXISTS by_month AS SELECT date_trunc('month', on_day) AS month, count(*) AS sales, sum(total) AS total FROM sale GROUP BY 1;
CREATE UNIQUE INDEX IF NOT EXISTS by_month_month ON by_month (month);
