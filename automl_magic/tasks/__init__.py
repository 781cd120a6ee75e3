"""tasks: what each family of tasks knows. Splits, metrics, default features, candidates."""
