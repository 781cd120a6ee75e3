"""All tables of the store. Times are Unix times in seconds, and documents are JSON text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_NAME = String(200)
# SQLite numbers rows automatically only if the key is an INTEGER.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")

# -- governance: approvals and aliases --------------------------------------------------------

models = Table(
    "models",
    metadata,
    Column("name", _NAME, primary_key=True),
    Column("epoch", Integer, nullable=False),
)
approvals = Table(
    "approvals",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("model", _NAME, nullable=False),
    Column("version", Integer, nullable=False),
    Column("manifest_sha256", String(80), nullable=False),
    Column("approver", _NAME, nullable=False),
    Column("document", Text, nullable=False),  # records.Approval
    Column("approved_at", Float, nullable=False),
    Column("revoked_at", Float),
    Column("revoked_by", _NAME),
    Index(None, "model", "version"),
)
aliases = Table(
    "aliases",
    metadata,
    Column("model", _NAME, ForeignKey("models.name"), primary_key=True),
    Column("alias", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("set_at", Float, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("seq", _SERIAL, primary_key=True),
    Column("at", Float, nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(80), nullable=False),
    Column("hash", String(80), nullable=False, unique=True),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("done_at", Float, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
)

# -- serving: deployments, live workers and API keys ------------------------------------------

deployments = Table(
    "deployments",
    metadata,
    Column("name", _NAME, primary_key=True),
    Column("model", _NAME, nullable=False, index=True),
    Column("epoch", Integer, nullable=False),
    Column("route", Text, nullable=False),  # records.Route
    Column("spec", Text, nullable=False),  # records.Deployment
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
)
route_changes = Table(
    "route_changes",
    metadata,
    Column("deployment", _NAME, ForeignKey("deployments.name"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("route", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Float, nullable=False),
)
workers = Table(
    "workers",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("deployment", _NAME, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("beat_at", Float, nullable=False),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("deployments", Text, nullable=False),  # a JSON list; empty for all
    Column("requests_per_s", Float),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("revoked_at", Float),
)
batch_jobs = Table(
    "batch_jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("deployment", _NAME, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("source", Text, nullable=False),
    Column("output", Text, nullable=False),
    Column("callback", Text),
    Column("key_id", String(40)),
    Column("n_rows", BigInteger),
    Column("n_done", BigInteger, nullable=False, default=0),
    Column("error", Text),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
)

# -- predictions and outcomes -----------------------------------------------------------------

predictions = Table(
    "predictions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("deployment", _NAME, nullable=False),
    Column("model", _NAME, nullable=False),
    Column("version", Integer, nullable=False),
    Column("role", String(10), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("features", Text),  # a JSON mapping, personal columns hashed or omitted
    Column("prediction", Text),  # a JSON label or number
    Column("probabilities", Text),  # a JSON list in the order of the classes
    Column("latency_ms", Float, nullable=False),
    Column("error", String(60)),
    Column("flags", Text),  # a JSON mapping: column -> out_of_range | new_category | missing
    Column("sample_rate", Float, nullable=False),
    Column("key_id", String(40)),
    Column("correlation_id", String(80)),
    Index(None, "deployment", "at"),
)
outcomes = Table(
    "outcomes",
    metadata,
    Column("prediction_id", String(40), primary_key=True),
    Column("outcome", Text, nullable=False),  # a JSON label or number
    Column("at", Float, nullable=False),
    Index(None, "at"),
)

# -- monitoring: reports, alerts and notifications --------------------------------------------

checks = Table(
    "checks",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("deployment", _NAME, nullable=False),
    Column("run_id", String(80)),
    Column("window_start", Float, nullable=False),
    Column("window_end", Float, nullable=False),
    Column("n_rows", Integer, nullable=False),
    Column("severity", String(20), nullable=False),
    Column("report", Text, nullable=False),  # records.DriftReport
    Column("at", Float, nullable=False),
    Index(None, "deployment", "window_end"),
)
alerts = Table(
    "alerts",
    metadata,
    Column("key", String(300), primary_key=True),  # deployment, kind and subject
    Column("group", String(300), nullable=False, index=True),
    Column("deployment", _NAME, nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("severity", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("summary", Text, nullable=False),
    Column("link", Text),  # records.Link
    Column("breaches", Integer, nullable=False, default=0),
    Column("calm", Integer, nullable=False, default=0),
    Column("first_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("fired_at", Float),
    Column("resolved_at", Float),
)
silences = Table(
    "silences",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("key", String(300), nullable=False),  # an alert, a group, or a whole deployment
    Column("reason", Text, nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=False, index=True),
)
notices = Table(
    "notices",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("group", String(300), nullable=False),
    Column("channel", String(60), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("document", Text, nullable=False),  # records.Notice
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("at", Float, nullable=False),
    Column("due_at", Float, nullable=False),  # time of the next try, or end of the current one
    Column("sent_at", Float),
    Index(None, "group", "at"),
    Index(None, "status", "due_at"),
)
retrains = Table(
    "retrains",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("deployment", _NAME, nullable=False),
    Column("trigger", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("running", Boolean),  # true while it runs, otherwise NULL: one at a time
    Column("run_id", String(80)),
    Column("challenger", Integer),
    Column("detail", Text, nullable=False),
    Column("spent_s", Float, nullable=False, default=0.0),
    Column("started_at", Float, nullable=False),
    Column("ended_at", Float),
    UniqueConstraint("deployment", "running"),
)

# -- streams: offsets and sinks, in one transaction -------------------------------------------

stream_offsets = Table(
    "stream_offsets",
    metadata,
    Column("consumer", _NAME, primary_key=True),
    Column("topic", _NAME, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)
stream_results = Table(
    "stream_results",
    metadata,
    Column("consumer", _NAME, primary_key=True),
    Column("topic", _NAME, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("key", LargeBinary),
    Column("result", Text, nullable=False),
    Column("at", Float, nullable=False),
)
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("consumer", _NAME, primary_key=True),
    Column("topic", _NAME, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Float, nullable=False),
)
stream_state = Table(
    "stream_state",
    metadata,
    Column("consumer", _NAME, primary_key=True),
    Column("topic", _NAME, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("key", String(300), primary_key=True),
    Column("document", Text, nullable=False),
    Column("at", Float, nullable=False),
)
