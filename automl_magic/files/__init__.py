"""files: what is written appears whole or not at all; notebooks and YAML are read in one way."""
