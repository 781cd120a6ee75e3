"""methods: one file for each cell of an explain notebook.

They stand apart so that no module takes the name of its function from `automl_magic.explain`.
"""
