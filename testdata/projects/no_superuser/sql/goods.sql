CREATE VIEW app.goods AS SELECT id, app.shown_price(price) AS price, 'new'::app.kind AS kind FROM public.good;
