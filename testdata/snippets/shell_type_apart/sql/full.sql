CREATE TYPE pebble (INPUT = pebble_in, OUTPUT = pebble_out, LIKE = int4);
