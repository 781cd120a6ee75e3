"""What a model looks at, and how right it is."""
