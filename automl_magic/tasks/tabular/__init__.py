"""tabular: one table, one target column: binary, multiclass, regression."""
