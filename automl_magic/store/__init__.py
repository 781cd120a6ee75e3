"""store: the database that governance, serving and monitoring share. SQLite, or PostgreSQL.

tables     every table, in one place
engine     a database that is ready to use: migrated, its transactions serial where that matters

A laptop keeps it in `store.db` of the user's home; a team sets `AUTOML_MAGIC_STORE`.
"""
