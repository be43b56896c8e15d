"""The tables of the store. Times are seconds since 1970 (UTC), durations seconds, sizes bytes, ratios 0 to 1."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, MetaData, Table

from AIGCLibrary.store.column_types import AnyBigInteger, AnyInteger, AnyString, AnyText

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
    Column("id", AnyString(32), primary_key=True),
    Column("last", AnyBigInteger, nullable=False),
    Column("at", Float),
)


def _scope() -> list[Column]:  # type: ignore[type-arg]
    """Describe which run and test a row belongs to."""
    return [Column("run_id", AnyString(80), index=True), Column("suite", AnyText), Column("test", AnyText)]


run = Table(
    "run",
    metadata,
    Column("id", AnyString(80), primary_key=True),
    Column("name", AnyText),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("seen_at", Float),  # last sign of life of any of its processes
    Column("status", AnyString(20)),
    Column("environment", AnyString(80)),
    Column("language", AnyString(10)),
    Column("version", AnyString(20)),
    Column("host", AnyText),
    Column("labels", JSON),
    Column("pruned_at", Float),  # since then only its sums are known
)

sample = Table(
    "sample",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("name", AnyString(120)),
    Column("value", Float),
    Column("weight", Float),  # what the value counts for: allocated bytes of a ratio of sums; 1 when not given
    Column("unit", AnyString(20)),
    Column("labels", JSON),
    Column("place", AnyString(120)),  # id of the keyword in log.html, for example s1-t2-k3
    Index("sample_series", "run_id", "name", "at", "value"),  # holds all that statistics and lines need
)

# Sums of the samples by minute, kept in the same transaction as the samples: long histories stay fast to read, and
# old samples can go. With w the weight and x the value: total = Σwx, weights = Σw², cross = Σw²x, squares = Σ(wx)²,
# cubes = Σ(wx)³.
rollup = Table(
    "rollup",
    metadata,
    Column("run_id", AnyString(80), primary_key=True),
    Column("name", AnyString(120), primary_key=True),
    Column("minute", Integer, primary_key=True, autoincrement=False),
    Column("unit", AnyString(20)),
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
    Column("status", AnyString(20)),
    Column("message", AnyText),
    Column("tags", JSON),
    Column("place", AnyString(120)),  # id of the test in log.html
    Column("failed_at", AnyString(200)),  # id of the keyword that failed first
    Column("failed_keyword", AnyText),
    Column("process", AnyString(120)),
)

task = Table(
    "task",
    metadata,
    Column("handle", AnyString(160), primary_key=True),
    *_scope(),
    Column("environment", AnyString(80)),
    Column("provider", AnyString(80)),
    Column("kind", AnyString(80)),
    Column("remote_id", AnyText),
    Column("session", AnyText),
    Column("urls", JSON),
    Column("bucket", AnyString(120)),
    Column("submitted_at", Float),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("updated_at", Float),
    Column("state", AnyString(20)),
    Column("raw", AnyText),
    Column("progress", Float),
    Column("queue_position", AnyInteger),
    Column("outcome", AnyString(20)),
    Column("censored", Boolean),
    Column("duration", Float),
    Column("duration_max_error", Float),  # by how much it may be too large; NULL where it was not bounded
    Column("queued", Float),
    Column("queued_max_error", Float),
    Column("error_class", AnyString(20)),
    Column("error_code", AnyText),
    Column("error_message", AnyText),
    Column("cost", Float),
    Column("cost_unit", AnyString(20)),
    Column("inputs_hash", AnyString(64)),
    Column("inputs", JSON),
    Column("result", JSON),
    Column("sla", JSON),
    Column("idempotency_key", AnyString(80)),
    Column("origin", AnyText),  # host and port of the product, which separate its ids from those of another one
    Column("priority", AnyInteger),
    Column("attempt", AnyInteger),
    Column("retry_of", AnyString(160)),
    Column("tracked", Boolean),
    Column("submitted", Boolean),
    Column("unsure", Boolean),
    Column("polls", AnyInteger),
    Column("partial", AnyText),
    Column("cancel_requested", Boolean),
    Index("task_history", "environment", "provider", "kind", "bucket"),
)

budget = Table(
    "budget",
    metadata,
    Column("run_id", AnyString(80), primary_key=True),
    Column("unit", AnyString(20), primary_key=True),
    Column("amount", Float),  # null: none holds
    Column("at", Float),
)

transition = Table(
    "transition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", AnyString(160), index=True),
    Column("at", Float),
    Column("state", AnyString(20)),
    Column("raw", AnyText),
    Column("progress", Float),
    Column("queue_position", AnyInteger),
    Column("http_status", AnyInteger),
    Column("latency", Float),
)

target_hit = Table(
    "target_hit",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("target", AnyString(160), index=True),
    Column("page", AnyText),
    Column("tier", AnyString(10)),
    Column("selector", AnyText),
    Column("outcome", AnyString(20)),
    Column("elapsed", Float),
    Column("cached", Boolean),
)

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("target", AnyString(160), primary_key=True),
    Column("page", AnyString(160), primary_key=True),
    Column("at", Float),
    Column("run_id", AnyString(80)),
    Column("tier", AnyString(10)),
    Column("selector", AnyText),
    Column("data", JSON),
)

file_report = Table(
    "file_report",
    metadata,
    Column("id", AnyString(40), primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("source", AnyText),
    Column("path", AnyText),
    Column("media_type", AnyString(120)),
    Column("size", AnyBigInteger),
    Column("sha256", AnyString(64)),
    Column("success", Boolean),
    Column("elapsed", Float),
    Column("report", JSON),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report", AnyString(40), index=True),
    Column("rule", AnyString(120)),
    Column("severity", AnyString(20)),
    Column("expected", AnyText),
    Column("actual", AnyText),
    Column("unit", AnyString(20)),
    Column("place", AnyText),
    Column("message", AnyText),
)

# A small picture of a file, which is gone after its test, to be seen beside that of another run.
picture = Table(
    "picture",
    metadata,
    Column("report", AnyString(40), primary_key=True),
    Column("run_id", AnyString(80), index=True),
    Column("kind", AnyString(20)),  # sheet, waveform
    Column("jpeg", AnyText),  # base64
)

preparation = Table(
    "preparation",
    metadata,
    Column("id", AnyString(40), primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("updated_at", Float),
    Column("identity", AnyString(64), index=True),
    Column("owner", AnyText),
    Column("name", AnyText),
    Column("template", AnyString(120)),
    Column("environment", AnyString(80)),
    Column("base_url", AnyText),
    Column("scope", AnyString(20)),
    Column("state", AnyString(20), index=True),
    Column("api_calls", AnyInteger),
    Column("elapsed", Float),
)

data_record = Table(
    "data_record",
    metadata,
    Column("id", AnyString(40), primary_key=True),
    *_scope(),
    Column("preparation", AnyString(40), index=True),
    Column("at", Float),
    Column("updated_at", Float),
    Column("environment", AnyString(80)),
    Column("base_url", AnyText),
    Column("template", AnyString(120)),
    Column("node", AnyString(120)),
    Column("key", AnyText),
    Column("scope", AnyString(20)),
    Column("state", AnyString(20), index=True),
    Column("remote_id", AnyText),
    Column("inputs_hash", AnyString(64)),
    Column("position", AnyInteger),
    Column("elapsed", Float),
    Column("create_request", JSON),
    Column("delete_request", JSON),
    Column("lookup_request", JSON),
    Column("response", JSON),
    Column("message", AnyText),
    Index("data_history", "environment", "template", "node"),
)

sync_mark = Table(
    "sync_mark",
    metadata,
    Column("id", AnyString(40), primary_key=True),
    Column("template", AnyString(120)),
    Column("source", AnyString(80)),
    Column("target", AnyString(80)),
    Column("node", AnyString(120)),
    Column("key", AnyText),
    Column("hash", AnyString(64)),
    Column("at", Float),
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("code", AnyString(20)),
    Column("cause_class", AnyString(60)),
    Column("cause", AnyText),
    Column("fix", AnyText),
    Column("evidence", JSON),
    Column("applicability", AnyString(20)),
    Column("source", AnyString(60)),
    Column("place", AnyText),
    Column("verified", Boolean),
    Column("keyword", AnyText),
    Column("message", AnyText),
    Column("margin", Float),
    Column("runner_up", AnyText),
    Column("edit", JSON),
    Column("texts", JSON),
    Column("group_key", AnyString(64), index=True),
    Column("position", AnyInteger),
)

recovery = Table(
    "recovery",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("error_type", AnyString(60)),
    Column("keyword", AnyText),
    Column("strategy", AnyString(60)),
    Column("attempt", AnyInteger),
    Column("outcome", AnyString(20)),
    Column("elapsed", Float),
    Column("detail", AnyText),
)

escalation = Table(
    "escalation",
    metadata,
    Column("id", Integer, primary_key=True),
    *_scope(),
    Column("at", Float),
    Column("server", AnyText),
    Column("sent", JSON),
    Column("outcome", AnyString(20)),
    Column("elapsed", Float),
    Column("answer", AnyText),
)

alert = Table(
    "alert",
    metadata,
    Column("id", AnyString(64), primary_key=True),
    Column("run_id", AnyString(80)),
    Column("name", AnyString(160)),
    Column("state", AnyString(20)),
    Column("since", Float),  # of the state
    Column("updated_at", Float),
    Column("active_at", Float),  # the condition held last
    Column("last_sent_at", Float),
    Column("labels", JSON),
    Column("message", AnyText),
    Column("texts", JSON),  # the message by language
    Column("muted", AnyString(20)),  # why it is not sent: silenced, inhibited
)

download = Table(
    "download",
    metadata,
    Column("id", AnyString(64), primary_key=True),
    *_scope(),
    Column("source", AnyText),
    Column("received", AnyBigInteger),
    Column("total", AnyBigInteger),
    Column("started_at", Float),
    Column("updated_at", Float),
    Column("done", Boolean),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float),
    Column("channel", AnyText),
    Column("payload", JSON),
    Column("sent_at", Float),
    Column("attempts", AnyInteger),
    Column("error", AnyText),
    Column("leased_until", Float),
    Column("leased_by", AnyText),
)

lease = Table(
    "lease",
    metadata,
    Column("name", AnyString(160), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("owner", AnyString(160)),
    Column("expires_at", Float),
)
