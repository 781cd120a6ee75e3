"""cells: those of a monitor notebook that make no section."""
