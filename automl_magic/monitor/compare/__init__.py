"""Compare the values of a column in a window with its reference."""
