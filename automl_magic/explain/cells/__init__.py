"""cells: those of an explain notebook that make no section."""
