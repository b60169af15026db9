CREATE STATISTICS pairs (dependencies, ndistinct) ON a, b FROM pair;
