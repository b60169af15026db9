CREATE VIEW balance_sheet AS SELECT share FROM public.balances;
