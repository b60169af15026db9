CREATE TYPE pebble;
