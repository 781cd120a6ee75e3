"""Alembic's entry point: run the migrations in the transaction of the given connection."""

from alembic import context

from automl_magic.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=context.config.attributes["schema"],
    render_as_batch=True,  # SQLite changes a table by recreating it
    transactional_ddl=True,  # works in SQLite if BEGIN comes before the first statement
)
with context.begin_transaction():
    context.run_migrations()
