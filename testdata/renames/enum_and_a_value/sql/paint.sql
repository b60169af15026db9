CREATE VIEW red_paint AS SELECT id, colour::bright AS tone FROM paint WHERE is_red(colour) AND colour <> 'grey';
