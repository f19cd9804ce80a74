"""The rows of the settings: what an operator can set, and what a company can.

Values nobody set are in ``config/defaults.yaml`` (a test holds rows and file together).
"""

from __future__ import annotations

from askpro_cli.shell.settings.known_daemon import DAEMON_SETTINGS
from askpro_cli.shell.settings.setting import Kind, Setting, with_files

_DAY = 86400

SETTINGS: tuple[Setting, ...] = with_files(
    Setting("company", Kind.SLUG, "The company to work for when --company is not given"),
    Setting("profile", Kind.SLUG, "The profile to use when --profile is not given"),
    Setting("timezone", Kind.ZONE, "Zone of local times where the company names none"),
    Setting("state_dir", Kind.PATH, "Folder of shared state, records and logs", guarded=True),
    Setting("database_url", Kind.DSN, "SQLAlchemy URL of the records", guarded=True),
    Setting("database.pool_size", Kind.INTEGER, "Connections to the records kept open", low=1, high=500),
    Setting(
        "database.pool_overflow", Kind.INTEGER, "Further ones while all of these are in use", low=0, high=500
    ),
    Setting(
        "database.pool_timeout", Kind.NUMBER, "Longest wait for one of them", low=0.1, high=600, unit="s"
    ),
    Setting("database.pool_recycle", Kind.NUMBER, "Age at which one is replaced", low=1, high=_DAY, unit="s"),
    Setting("database.pre_ping", Kind.FLAG, "Test a connection to a server before each use"),
    Setting(
        "database.connect_timeout",
        Kind.NUMBER,
        "Longest wait for the records' server",
        low=1,
        high=120,
        unit="s",
    ),
    Setting(
        "database.statement_timeout",
        Kind.NUMBER,
        "When the database breaks a statement off",
        low=0.1,
        high=3600,
        unit="s",
    ),
    Setting("redis_url", Kind.DSN, "Redis for shared state; empty: an SQLite file", guarded=True),
    Setting("calcom.base_url", Kind.URL, "Where Cal.com's API answers", guarded=True),
    Setting("calcom.api_key", Kind.SECRET, "API key of Cal.com", guarded=True),
    Setting(
        "calcom.bookings_api_version",
        Kind.TEXT,
        "cal-api-version sent for bookings",
        choices=("2024-08-13", "2026-02-25"),
    ),
    Setting(
        "calcom.connect_timeout", Kind.NUMBER, "Longest wait for a connection", low=0.1, high=120, unit="s"
    ),
    Setting("calcom.timeout", Kind.NUMBER, "Longest wait for an answer", low=0.1, high=300, unit="s"),
    Setting(
        "calcom.max_answer_bytes",
        Kind.INTEGER,
        "Largest answer read",
        low=1024,
        high=1_000_000_000,
        unit="bytes",
    ),
    Setting("cache.event_types_ttl", Kind.NUMBER, "Life of cached event types", low=0, high=_DAY, unit="s"),
    Setting("cache.schedules_ttl", Kind.NUMBER, "Life of cached schedules", low=0, high=_DAY, unit="s"),
    Setting(
        "cache.services_ttl",
        Kind.NUMBER,
        "Life of which event type a service means",
        low=0,
        high=_DAY,
        unit="s",
    ),
    Setting("cache.slots_ttl", Kind.NUMBER, "Life of cached days with slots", low=0, high=_DAY, unit="s"),
    Setting("cache.empty_ttl", Kind.NUMBER, "Life of cached days without slots", low=0, high=_DAY, unit="s"),
    Setting("cache.stale_ok", Kind.FLAG, "Answer from an outdated copy when Cal.com is down"),
    Setting(
        "cache.stale_for", Kind.NUMBER, "How long outdated copies are kept", low=0, high=30 * _DAY, unit="s"
    ),
    Setting("resilience.attempts", Kind.INTEGER, "Tries of one call", low=1, high=10),
    Setting("resilience.base_delay", Kind.NUMBER, "Wait before the second try", low=0, high=60, unit="s"),
    Setting("resilience.max_delay", Kind.NUMBER, "Longest wait between tries", low=0, high=300, unit="s"),
    Setting(
        "resilience.max_wait", Kind.NUMBER, "Longest wait for the rate budget", low=0, high=600, unit="s"
    ),
    Setting(
        "resilience.background_wait",
        Kind.NUMBER,
        "The same for background work (cache warmup, cache diff)",
        low=0,
        high=3600,
        unit="s",
    ),
    Setting("breaker.failures", Kind.INTEGER, "Failures in a row that open the breaker", low=1, high=1000),
    Setting("breaker.open_for", Kind.NUMBER, "How long it stays open", low=0.1, high=3600, unit="s"),
    Setting("breaker.trials", Kind.INTEGER, "Trial calls at a time while half open", low=1, high=100),
    Setting("breaker.successes", Kind.INTEGER, "Trial successes that close it", low=1, high=100),
    Setting(
        "breaker.trial_timeout",
        Kind.NUMBER,
        "When an abandoned trial frees itself",
        low=1,
        high=600,
        unit="s",
    ),
    Setting("governor.limit", Kind.INTEGER, "Requests in a window", low=1, high=100_000),
    Setting("governor.window", Kind.NUMBER, "Length of the window", low=1, high=3600, unit="s"),
    Setting("governor.reserve", Kind.NUMBER, "Share kept from background work", low=0, high=0.9),
    Setting(
        "booking.language", Kind.TEXT, "Language of an attendee's mails", choices=("de", "en", "fr", "tr")
    ),
    Setting(
        "booking.idempotency_hours",
        Kind.NUMBER,
        "How long a booking's key is kept",
        low=1,
        high=168,
        unit="h",
    ),
    Setting(
        "booking.fresh_seconds",
        Kind.NUMBER,
        "Oldest booking accepted as just made",
        low=5,
        high=600,
        unit="s",
    ),
    Setting(
        "booking.modify_notice_hours",
        Kind.NUMBER,
        "How long before its start an appointment may still be moved or cancelled",
        low=0,
        high=8760,
        unit="h",
    ),
    Setting("booking.pending_sync", Kind.FLAG, "Keep an appointment when Cal.com is down, and book it later"),
    Setting("alternatives.days", Kind.INTEGER, "Days searched around the wish", low=1, high=60, unit="days"),
    Setting("alternatives.limit", Kind.INTEGER, "Alternatives offered", low=1, high=100),
    Setting(
        "alternatives.day_cost_minutes", Kind.NUMBER, "Cost of a day apart", low=0, high=10_000, unit="min"
    ),
    Setting("mail.host", Kind.TEXT, "Mail server that takes our mails", guarded=True),
    Setting(
        "mail.port",
        Kind.INTEGER,
        "Its port; 587, 465 or 25 by mail.security",
        guarded=True,
        low=1,
        high=65_535,
    ),
    Setting("mail.user", Kind.TEXT, "User to sign in with; none: no signing in", guarded=True),
    Setting("mail.password", Kind.SECRET, "Password of mail.user", guarded=True),
    Setting(
        "mail.security",
        Kind.TEXT,
        "How the way to it is encrypted; certificates are verified",
        guarded=True,
        choices=("none", "starttls", "tls"),
    ),
    Setting("mail.ca_bundle", Kind.PATH, "Certificates to trust instead of the system's", guarded=True),
    Setting("mail.from", Kind.TEXT, "Address our mails come from where the company has no mail_from"),
    Setting("mail.from_name", Kind.TEXT, "Name beside that address; none: the company's"),
    Setting("mail.timeout", Kind.NUMBER, "Longest wait for one answer of it", low=0.1, high=600, unit="s"),
    Setting("logs.keep_days", Kind.INTEGER, "How long run logs are kept", low=1, high=3650, unit="days"),
    Setting("secrets.keyring", Kind.FLAG, "Look for missing secrets in the system keyring", guarded=True),
    Setting("retell.base_url", Kind.URL, "Where Retell's API answers", guarded=True),
    Setting("retell.api_key", Kind.SECRET, "API key of Retell", guarded=True),
    Setting("webhook.secret_calcom", Kind.SECRET, "Secrets of Cal.com's webhooks, with commas", guarded=True),
    Setting("webhook.secret_retell", Kind.SECRET, "Secrets of Retell's webhooks, with commas", guarded=True),
    Setting("webhook.secret_stripe", Kind.SECRET, "Secrets of Stripe's webhooks, with commas", guarded=True),
    *DAEMON_SETTINGS,
)

COMPANY_SETTINGS: tuple[Setting, ...] = with_files(
    Setting("timezone", Kind.ZONE, "Zone of the company's local times"),
    Setting("language", Kind.TEXT, "Language of its attendees' mails", choices=("de", "en", "fr", "tr")),
    Setting("mail_from", Kind.TEXT, "Address its mails come from"),
    Setting("mail_from_name", Kind.TEXT, "Name beside that address; none: the company's as in the records"),
    Setting("country", Kind.TEXT, "Country whose public holidays it keeps, as in ISO 3166-1; DE if not set"),
    Setting("state", Kind.TEXT, "State whose public holidays it keeps, as in ISO 3166-2: NW, BY, …"),
    Setting(
        "calcom_base_url", Kind.URL, "Where its Cal.com answers; ASKPRO_CALCOM_BASE_URL wins", guarded=True
    ),
    Setting("calcom_api_key", Kind.SECRET, "Its API key of Cal.com", guarded=True),
    Setting(
        "webhook_secret_calcom",
        Kind.SECRET,
        "Its own secrets of Cal.com's webhooks, with commas",
        guarded=True,
    ),
    Setting(
        "webhook_secret_retell",
        Kind.SECRET,
        "Its own secrets of Retell's webhooks, with commas",
        guarded=True,
    ),
    Setting(
        "webhook_secret_stripe",
        Kind.SECRET,
        "Its own secrets of Stripe's webhooks, with commas",
        guarded=True,
    ),
)
