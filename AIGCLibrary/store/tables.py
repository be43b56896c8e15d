"""The tables of the store. Times are seconds since 1970 (UTC), durations seconds, sizes bytes, ratios 0 to 1."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("version", Integer, nullable=False),
)

# How far each process has written, noted in the transaction of its rows: what is repeated is not added twice.
writer = Table(
    "writer",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("at", Float),
)


def _scope() -> list[Column]:  # type: ignore[type-arg]
    """Say which run and test a row belongs to."""
    return [Column("run_id", String(80), index=True), Column("suite", Text), Column("test", Text)]


run = Table(
    "run",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", Text),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("status", String(20)),
    Column("environment", String(80)),
    Column("language", String(10)),
    Column("version", String(20)),
    Column("host", Text),
    Column("labels", JSON),
    Column("pruned_at", Float),  # since then only its sums are known
)

sample = Table(
    "sample",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("name", String(120)),
    Column("value", Float),
    Column("weight", Float),  # what the value counts for: allocated bytes of a ratio of sums; 1 when not given
    Column("unit", String(20)),
    Column("labels", JSON),
    Column("place", String(120)),  # id of the keyword in log.html, for example s1-t2-k3
    Index("sample_series", "run_id", "name", "at", "value"),  # holds all that statistics and lines need
)

# Sums of the samples by minute, kept in the same transaction as the samples: long histories stay fast to read, and
# old samples can go. With w the weight and x the value: total = Σwx, weights = Σw², cross = Σw²x, squares = Σ(wx)²,
# cubes = Σ(wx)³.
rollup = Table(
    "rollup",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("minute", Integer, primary_key=True, autoincrement=False),
    Column("unit", String(20)),
    Column("n", Integer),
    Column("weight", Float),
    Column("total", Float),
    Column("weights", Float),
    Column("cross", Float),
    Column("squares", Float),
    Column("cubes", Float),
    Column("least", Float),
    Column("greatest", Float),
    Index("rollup_windows", "name", "minute", "run_id", "weight", "total"),  # holds all that budgets need
    sqlite_with_rowid=False,  # rows lie in the order they are added up in: half the time
)

test_result = Table(
    "test_result",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),  # start
    Column("elapsed", Float),
    Column("status", String(20)),
    Column("message", Text),
    Column("tags", JSON),
    Column("place", String(120)),  # id of the test in log.html
    Column("failed_at", String(200)),  # id of the keyword that failed first
    Column("failed_keyword", Text),
    Column("process", String(120)),
)

task = Table(
    "task",
    metadata,
    Column("handle", String(160), primary_key=True),
    *_scope(),
    Column("environment", String(80)),
    Column("provider", String(80)),
    Column("kind", String(80)),
    Column("remote_id", Text),
    Column("session", Text),
    Column("urls", JSON),
    Column("bucket", String(120)),
    Column("submitted_at", Float),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("updated_at", Float),
    Column("state", String(20)),
    Column("raw", Text),
    Column("progress", Float),
    Column("queue_position", Integer),
    Column("outcome", String(20)),
    Column("censored", Boolean),
    Column("duration", Float),
    Column("duration_max_error", Float),  # by how much it may be too large; NULL where it was not bounded
    Column("queued", Float),
    Column("queued_max_error", Float),
    Column("error_class", String(20)),
    Column("error_code", Text),
    Column("error_message", Text),
    Column("cost", Float),
    Column("cost_unit", String(20)),
    Column("inputs_hash", String(64)),
    Column("inputs", JSON),
    Column("result", JSON),
    Column("sla", JSON),
    Column("idempotency_key", String(80)),
    Column("origin", Text),  # host and port of the product, which separate its ids from those of another one
    Column("priority", Integer),
    Column("attempt", Integer),
    Column("retry_of", String(160)),
    Column("tracked", Boolean),
    Column("submitted", Boolean),
    Column("unsure", Boolean),
    Column("polls", Integer),
    Column("partial", Text),
    Column("cancel_requested", Boolean),
    Index("task_history", "environment", "provider", "kind", "bucket"),
)

budget = Table(
    "budget",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("unit", String(20), primary_key=True),
    Column("amount", Float),  # null: none holds
    Column("at", Float),
)

transition = Table(
    "transition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", String(160), index=True),
    Column("at", Float),
    Column("state", String(20)),
    Column("raw", Text),
    Column("progress", Float),
    Column("queue_position", Integer),
    Column("http_status", Integer),
    Column("latency", Float),
)

target_hit = Table(
    "target_hit",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("target", String(160), index=True),
    Column("page", Text),
    Column("tier", String(10)),
    Column("selector", Text),
    Column("outcome", String(20)),
    Column("elapsed", Float),
    Column("cached", Boolean),
)

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("target", String(160), primary_key=True),
    Column("page", String(160), primary_key=True),
    Column("at", Float),
    Column("run_id", String(80)),
    Column("tier", String(10)),
    Column("selector", Text),
    Column("data", JSON),
)

file_report = Table(
    "file_report",
    metadata,
    Column("id", String(40), primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("source", Text),
    Column("path", Text),
    Column("media_type", String(120)),
    Column("size", BigInteger),
    Column("sha256", String(64)),
    Column("success", Boolean),
    Column("elapsed", Float),
    Column("report", JSON),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report", String(40), index=True),
    Column("rule", String(120)),
    Column("severity", String(20)),
    Column("expected", Text),
    Column("actual", Text),
    Column("unit", String(20)),
    Column("place", Text),
    Column("message", Text),
)

# A small picture of a file, which is gone after its test, to be seen beside that of another run.
picture = Table(
    "picture",
    metadata,
    Column("report", String(40), primary_key=True),
    Column("run_id", String(80), index=True),
    Column("kind", String(20)),  # sheet, waveform
    Column("jpeg", Text),  # base64
)

preparation = Table(
    "preparation",
    metadata,
    Column("id", String(40), primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("updated_at", Float),
    Column("identity", String(64), index=True),
    Column("owner", Text),
    Column("name", Text),
    Column("template", String(120)),
    Column("environment", String(80)),
    Column("base_url", Text),
    Column("scope", String(20)),
    Column("state", String(20), index=True),
    Column("api_calls", Integer),
    Column("elapsed", Float),
)

data_record = Table(
    "data_record",
    metadata,
    Column("id", String(40), primary_key=True),
    *_scope(),
    Column("preparation", String(40), index=True),
    Column("at", Float),
    Column("updated_at", Float),
    Column("environment", String(80)),
    Column("base_url", Text),
    Column("template", String(120)),
    Column("node", String(120)),
    Column("key", Text),
    Column("scope", String(20)),
    Column("state", String(20), index=True),
    Column("remote_id", Text),
    Column("inputs_hash", String(64)),
    Column("position", Integer),
    Column("elapsed", Float),
    Column("create_request", JSON),
    Column("delete_request", JSON),
    Column("lookup_request", JSON),
    Column("response", JSON),
    Column("message", Text),
    Index("data_history", "environment", "template", "node"),
)

sync_mark = Table(
    "sync_mark",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("template", String(120)),
    Column("source", String(80)),
    Column("target", String(80)),
    Column("node", String(120)),
    Column("key", Text),
    Column("hash", String(64)),
    Column("at", Float),
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("code", String(20)),
    Column("cause_class", String(60)),
    Column("cause", Text),
    Column("fix", Text),
    Column("evidence", JSON),
    Column("applicability", String(20)),
    Column("source", String(60)),
    Column("place", Text),
    Column("verified", Boolean),
    Column("keyword", Text),
    Column("message", Text),
    Column("margin", Float),
    Column("runner_up", Text),
    Column("edit", JSON),
    Column("texts", JSON),
    Column("group_key", String(64), index=True),
    Column("position", Integer),
)

recovery = Table(
    "recovery",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("error_type", String(60)),
    Column("keyword", Text),
    Column("strategy", String(60)),
    Column("attempt", Integer),
    Column("outcome", String(20)),
    Column("elapsed", Float),
    Column("detail", Text),
)

escalation = Table(
    "escalation",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("server", Text),
    Column("sent", JSON),
    Column("outcome", String(20)),
    Column("elapsed", Float),
    Column("answer", Text),
)

alert = Table(
    "alert",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("run_id", String(80)),
    Column("name", String(160)),
    Column("state", String(20)),
    Column("since", Float),  # of the state
    Column("updated_at", Float),
    Column("active_at", Float),  # the condition held last
    Column("last_sent_at", Float),
    Column("labels", JSON),
    Column("message", Text),
    Column("texts", JSON),  # the message by language
    Column("muted", String(20)),  # why it is not sent: silenced, inhibited
)

download = Table(
    "download",
    metadata,
    Column("id", String(64), primary_key=True),
    *_scope(),
    Column("source", Text),
    Column("received", BigInteger),
    Column("total", BigInteger),
    Column("started_at", Float),
    Column("updated_at", Float),
    Column("done", Boolean),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float),
    Column("channel", Text),
    Column("payload", JSON),
    Column("sent_at", Float),
    Column("attempts", Integer),
    Column("error", Text),
    Column("leased_until", Float),
    Column("leased_by", Text),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(160), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("owner", String(160)),
    Column("expires_at", Float),
)
