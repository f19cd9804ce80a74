"""Builds the rooms' objects from the settings; each function imports its room only when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import AuthError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.platform.pool import PoolSettings
    from askpro_cli.resilience.policy import Policy, PolicySettings
    from askpro_cli.resilience.retrying import Sleep
    from askpro_cli.shell.company import Company
    from askpro_cli.shell.context import App
    from askpro_cli.shell.settings.loading import Settings
    from askpro_cli.state.store import StateStore

RECORDS_FILE = "records.db"
_SILENT_SECONDS = 2.0  # shorter pauses are told with the answer, as tries
VENDOR = "calcom"


def open_state_store(app: App, namespace: str | None = None) -> StateStore:
    """Return the state store the settings name, in the company's namespace or in *namespace*."""
    from askpro_cli.shell.settings.secrets import read_secret
    from askpro_cli.state.opening import open_state

    return open_state(
        redis_url=read_secret(app.settings, "redis_url", app.notice),
        state_dir=app.settings.state_dir,
        namespace=namespace or app.company.slug,
        on_notice=app.notice,
    )


def records_url(app: App) -> str:
    """Return the SQLAlchemy URL of the records; by default an SQLite file in the state folder."""
    from askpro_cli.shell.settings.secrets import read_secret

    configured = read_secret(app.settings, "database_url", app.notice)
    return configured or f"sqlite:///{app.settings.state_dir / RECORDS_FILE}"


def open_records(app: App, *, read_only: bool) -> Engine:
    """Return the records' engine; to write, the embedded database is made or upgraded first.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        NotFoundError: opened for reading, and there are none yet.
        RecordsError: the database cannot be used, or its tables need ``askpro db upgrade``.
    """
    from askpro_cli.platform.engine import open_engine
    from askpro_cli.platform.migrate import ensure_embedded
    from askpro_cli.platform.reading import require_current
    from askpro_cli.platform.transaction_watch import watch

    url = records_url(app)
    if read_only:
        require_current(url)
    else:
        ensure_embedded(url)
    engine = open_engine(
        url,
        read_only=read_only,
        statement_timeout=app.settings.number("database.statement_timeout"),
        connect_timeout=app.settings.number("database.connect_timeout"),
        pool=pool_settings(app.settings),
    )
    app.transactions.append(watch(engine, app.log))
    return engine


def pool_settings(settings: Settings) -> PoolSettings:
    """Return how many connections to the records a process keeps."""
    from askpro_cli.platform.pool import PoolSettings

    return PoolSettings(
        size=settings.integer("database.pool_size"),
        overflow=settings.integer("database.pool_overflow"),
        timeout=settings.number("database.pool_timeout"),
        recycle=settings.number("database.pool_recycle"),
        pre_ping=settings.flag("database.pre_ping"),
    )


def api_key(app: App) -> str:
    """Return the company's Cal.com key.

    Raises:
        AuthError: nobody set it; the hint names both ways.
    """
    from askpro_cli.shell.settings.secrets import read_secret
    from askpro_cli.shell.settings.table import find_setting

    name = app.company.key_setting
    key = read_secret(app.settings, name, app.notice)
    if key:
        return key
    setting = find_setting(name)
    variable = setting.env if setting else "ASKPRO_CALCOM_API_KEY"
    raise AuthError(
        f"company {app.company.slug} has no Cal.com key",
        hint=f"set {variable}, {variable}_FILE, or {name}_file in the settings; askpro demo needs none",
        subject=name,
    )


def key_id(company: Company, key: str) -> str:
    """Return what breaker and governor call a key of a company's server; the key cannot be read from it."""
    from askpro_cli.base.redaction import fingerprint

    return f"{company.server}:{fingerprint(key)}"


def make_policy(app: App) -> Policy:
    """Return the policy of calls to Cal.com: one breaker, governor and log per server and key."""
    from askpro_cli.resilience.policy import Policy

    return Policy(
        app.state(),
        vendor=VENDOR,
        key_id=key_id(app.company, app.api_key),
        settings=policy_settings(app.settings),
        clock=app.clock,
        run_id=app.run_id,
        company=app.company.slug,
        log=app.log,
        sleep=telling_sleep(app),
        most=app.max_requests,
    )


def telling_sleep(app: App) -> Sleep:
    """Return how a call waits: a pause that a person would notice is told before it begins."""
    from askpro_cli.base.times import human_span

    async def sleep(seconds: float) -> None:
        import asyncio

        if seconds >= _SILENT_SECONDS:
            app.console.note(f"waiting {human_span(seconds)} before the next request to Cal.com")
        await asyncio.sleep(seconds)

    return sleep


def policy_settings(settings: Settings) -> PolicySettings:
    """Return the numbers of retry, breaker and governor."""
    from askpro_cli.resilience.breaker import BreakerSettings
    from askpro_cli.resilience.governor import GovernorSettings
    from askpro_cli.resilience.policy import PolicySettings

    return PolicySettings(
        attempts=settings.integer("resilience.attempts"),
        base_delay=settings.number("resilience.base_delay"),
        max_delay=settings.number("resilience.max_delay"),
        max_wait=settings.number("resilience.max_wait"),
        background_wait=settings.number("resilience.background_wait"),
        breaker=BreakerSettings(
            failures=settings.integer("breaker.failures"),
            open_for=settings.number("breaker.open_for"),
            trials=settings.integer("breaker.trials"),
            successes=settings.integer("breaker.successes"),
            trial_timeout=settings.number("breaker.trial_timeout"),
        ),
        governor=GovernorSettings(
            limit=settings.integer("governor.limit"),
            window=settings.number("governor.window"),
            reserve=settings.number("governor.reserve"),
        ),
    )


def make_client(app: App) -> CalcomClient:
    """Return a client of the company's Cal.com."""
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.wire.transport import CalcomTransport

    transport = CalcomTransport(
        app.company.base_url,
        app.api_key,
        connect_timeout=app.settings.number("calcom.connect_timeout"),
        timeout=app.settings.number("calcom.timeout"),
        max_answer_bytes=app.settings.integer("calcom.max_answer_bytes"),
        transport=app.http_transport,
    )
    version = app.settings.text("calcom.bookings_api_version")
    return CalcomClient(transport, app.policy(), bookings_version=version)


def make_cache(app: App) -> CalcomCache:
    """Return the cache of Cal.com's answers in the company's state."""
    from askpro_cli.calcom.cache import CacheTtls, CalcomCache

    settings = app.settings
    ttls = CacheTtls(
        event_types=settings.number("cache.event_types_ttl"),
        schedules=settings.number("cache.schedules_ttl"),
        slots=settings.number("cache.slots_ttl"),
        empty=settings.number("cache.empty_ttl"),
        stale_for=settings.number("cache.stale_for"),
    )
    return CalcomCache(
        app.state(),
        ttls,
        app.company.zone,
        server=app.company.base_url,
        holder=lambda: key_id(app.company, app.api_key),
    )
