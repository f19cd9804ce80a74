"""The rows of the daemon's settings: serving, intake, workers, retention."""

from __future__ import annotations

from askpro_cli.shell.settings.setting import Kind, Setting

_DAY = 86400
_TB = 1_000_000_000_000

DAEMON_SETTINGS: tuple[Setting, ...] = (
    Setting("server.host", Kind.TEXT, "Address askpro serve listens on", guarded=True),
    Setting("server.port", Kind.INTEGER, "Port it listens on", guarded=True, low=0, high=65_535),
    Setting("server.workers", Kind.INTEGER, "Processes it serves with; SQLite allows one", low=1, high=64),
    Setting(
        "server.drain",
        Kind.NUMBER,
        "Longest wait for what is under way at its end",
        low=0,
        high=600,
        unit="s",
    ),
    Setting(
        "server.metrics", Kind.TEXT, "Who may read /metrics", choices=("token", "open", "off"), guarded=True
    ),
    Setting(
        "server.proxies", Kind.TEXT, "Proxies whose X-Forwarded-For is believed, with commas", guarded=True
    ),
    Setting(
        "server.log_level",
        Kind.TEXT,
        "The least that is logged",
        choices=("debug", "info", "warning", "error"),
    ),
    Setting("server.token_limit", Kind.INTEGER, "Requests a minute with one token", low=1, high=1_000_000),
    Setting(
        "server.address_limit",
        Kind.INTEGER,
        "Requests a minute without one, by address",
        low=1,
        high=1_000_000,
    ),
    Setting(
        "server.audit_keep_days",
        Kind.INTEGER,
        "How long the log of API requests is kept",
        low=1,
        high=3650,
        unit="days",
    ),
    Setting(
        "intake.max_body_bytes",
        Kind.INTEGER,
        "Largest body let in",
        low=1024,
        high=1_000_000_000,
        unit="bytes",
    ),
    Setting(
        "intake.max_header_bytes",
        Kind.INTEGER,
        "Largest head of a request",
        low=1024,
        high=1_000_000,
        unit="bytes",
    ),
    Setting(
        "intake.head_timeout",
        Kind.NUMBER,
        "Longest wait for the head of a request",
        low=0.1,
        high=600,
        unit="s",
    ),
    Setting("intake.body_timeout", Kind.NUMBER, "Longest wait for its body", low=0.1, high=600, unit="s"),
    Setting("intake.concurrency", Kind.INTEGER, "Requests of one source at a time", low=1, high=100_000),
    Setting(
        "intake.queue", Kind.INTEGER, "Events that wait to be kept, of all sources", low=1, high=1_000_000
    ),
    Setting(
        "intake.commit_timeout",
        Kind.NUMBER,
        "Longest wait until an event is kept",
        low=0.1,
        high=600,
        unit="s",
    ),
    Setting(
        "intake.buffer_bytes",
        Kind.INTEGER,
        "Bodies in memory at a time, of all sources together",
        low=1_048_576,
        high=_TB,
        unit="bytes",
    ),
    Setting(
        "intake.tolerance",
        Kind.NUMBER,
        "Largest age of a signature that tells its time",
        low=1,
        high=3600,
        unit="s",
    ),
    Setting(
        "intake.min_free_bytes",
        Kind.INTEGER,
        "Free disk below which nothing is let in (SQLite)",
        low=0,
        high=_TB,
        unit="bytes",
    ),
    Setting(
        "intake.rejected_keep",
        Kind.INTEGER,
        "Rejected requests kept; the oldest go first",
        low=0,
        high=10_000_000,
    ),
    Setting("worker.enabled", Kind.FLAG, "Let askpro serve handle events, too"),
    Setting(
        "worker.concurrency",
        Kind.INTEGER,
        "Events of one source handled at a time by a process",
        low=1,
        high=256,
    ),
    Setting("worker.batch", Kind.INTEGER, "Events claimed at once", low=1, high=1000),
    Setting(
        "worker.lease", Kind.NUMBER, "How long a claim counts without a heartbeat", low=1, high=3600, unit="s"
    ),
    Setting(
        "worker.handler_timeout",
        Kind.NUMBER,
        "Longest time of one handler; less than the lease",
        low=0.5,
        high=3000,
        unit="s",
    ),
    Setting("worker.attempts", Kind.INTEGER, "Tries before an event is dead", low=1, high=100),
    Setting(
        "worker.base_delay",
        Kind.NUMBER,
        "Wait before the second try; it doubles",
        low=0.1,
        high=_DAY,
        unit="s",
    ),
    Setting("worker.max_delay", Kind.NUMBER, "Longest wait between tries", low=1, high=7 * _DAY, unit="s"),
    Setting(
        "worker.poll",
        Kind.NUMBER,
        "Longest pause before looking for work unasked",
        low=0.05,
        high=300,
        unit="s",
    ),
    Setting(
        "retention.calcom_days",
        Kind.INTEGER,
        "How long bodies of Cal.com's events are kept",
        low=30,
        high=3650,
        unit="days",
    ),
    Setting(
        "retention.retell_days",
        Kind.INTEGER,
        "How long bodies of Retell's events are kept",
        low=30,
        high=3650,
        unit="days",
    ),
    Setting(
        "retention.stripe_days",
        Kind.INTEGER,
        "How long bodies of Stripe's events are kept",
        low=30,
        high=3650,
        unit="days",
    ),
    Setting(
        "retention.other_days",
        Kind.INTEGER,
        "How long bodies of other senders' events are kept",
        low=30,
        high=3650,
        unit="days",
    ),
)
