SELECT lkg();
