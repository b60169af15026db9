CREATE INDEX same_i ON same (same);
