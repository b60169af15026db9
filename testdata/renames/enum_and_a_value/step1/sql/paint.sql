CREATE VIEW red_paint AS SELECT id, color::bright AS tone FROM paint WHERE is_red(color) AND color <> 'gray';
