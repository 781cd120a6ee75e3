"""files: atomic writes, digests, notebooks and YAML files."""
