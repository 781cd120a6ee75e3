"""migrations: the steps from one shape of the store's tables to the next, run by Alembic.

After a change of `tables.py`, in a checkout:

    python -m automl_magic.store.migrations "What changed"

Then read what it wrote.
"""
