"""What Alembic runs: the migrations, in the transaction of the connection that it was given."""

from alembic import context

from automl_magic.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=context.config.attributes["schema"],
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,  # SQLite can, where BEGIN is said before the first statement
)
with context.begin_transaction():
    context.run_migrations()
