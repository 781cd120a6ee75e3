"""store: the database that governance, serving and monitoring share. SQLite, or PostgreSQL.

tables      every table, in one place
engine      a database that is ready to use, and the three kinds of transaction
opened      the two databases of a workspace, opened once a process
locks       what PostgreSQL keeps apart by schema
signing     keys, signatures, and which keys are believed
approvals   which bytes may serve
routes      which versions answer, changed by compare-and-swap
aliases     what `champion` and the others mean
champion    the alias and the deployments that follow it, moved together
outbox      what MLflow shall be told
staged      where the signed folder of a version lies
workers     which server processes live, and what they have seen
keys        API keys
audit       who did what, each entry bound to the one before it

Which database that is, the workspace says: `store.db` in its home, or a schema of PostgreSQL.
"""
