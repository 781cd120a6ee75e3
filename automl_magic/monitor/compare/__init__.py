"""compare: the values of one column in a window, against the column's reference."""
