"""migrations: revisions of the store's tables, run by Alembic.

After you change `tables.py`, run in a checkout:

    python -m automl_magic.store.migrations "What changed"

Then review the file that it wrote.
"""
