"""What a table holds, and what a model takes of it."""
