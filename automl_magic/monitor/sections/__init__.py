"""sections: one cell of a monitor notebook a file."""
