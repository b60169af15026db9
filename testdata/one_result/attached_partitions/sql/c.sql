CREATE TABLE mixin (ts timestamptz DEFAULT stamp());
