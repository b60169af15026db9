CREATE TABLE child (extra int) INHERITS (parent, mixin);
