"""tabular: one table with a target column: binary, multiclass or regression."""
