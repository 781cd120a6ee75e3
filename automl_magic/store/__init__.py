"""store: the database of governance, serving and monitoring, in SQLite or PostgreSQL.

tables      all tables
engine      open a database, and the three kinds of transactions
opened      the two databases of a workspace, opened once per process
locks       advisory locks of PostgreSQL
signing     keys, signatures and trusted keys
approvals   the versions approved for serving
routes      the versions that deployments serve, changed by compare-and-swap
aliases     aliases of model versions, such as `champion`
champion    change the alias and the deployments that follow it together
outbox      messages for MLflow
staged      the path of the signed folder of a version
workers     live server processes, and the routes that they follow
keys        API keys
audit       the audit log, a hash chain

The workspace sets the database: `store.db` in its home, or a schema in PostgreSQL.
"""
