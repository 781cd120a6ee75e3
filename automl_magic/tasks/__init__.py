"""tasks: task families: splits, metrics, default features and candidates."""
