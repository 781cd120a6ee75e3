"""The cells of an explain notebook that don't compute a section."""
