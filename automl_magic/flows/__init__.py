"""flows: verbs in order, one module for each thing that people do with a model."""
