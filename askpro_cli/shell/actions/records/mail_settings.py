"""From the settings to the mail server and to who our mails come from."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError, InvalidValueError
from askpro_cli.shell.settings.secrets import read_secret

if TYPE_CHECKING:
    from askpro_cli.booking.notifications.composing import Sender
    from askpro_cli.booking.notifications.mail_server import MailServer
    from askpro_cli.shell.context import App


def mail_server(app: App) -> MailServer:
    """Return where mails are handed over.

    Raises:
        ConfigError: nobody set it, or a password would be sent in the clear.
    """
    from askpro_cli.booking.notifications.mail_server import MailServer

    settings = app.settings
    host = settings.optional("mail.host")
    if host is None:
        message = "no mail server is configured: mail.host is not set"
        raise ConfigError(message, hint="set mail.host and mail.from (ASKPRO_MAIL_HOST)", subject="mail.host")
    user, security = settings.optional("mail.user"), settings.text("mail.security")
    if user is not None and security == "none" and not _is_here(host):
        message = f"mail.password would go to {host} unencrypted"
        raise ConfigError(message, hint="set mail.security to starttls or tls", subject="mail.security")
    return MailServer(
        host=host,
        port=settings.get("mail.port"),
        security=security,
        user=user,
        password=_password(app) if user is not None else None,
        ca_bundle=settings.optional("mail.ca_bundle"),
        timeout=settings.number("mail.timeout"),
    )


async def enter_mail_server(app: App, *, patience: float) -> MailServer:
    """Go to the mail server, encrypt and sign in as for sending, and leave.

    Args:
        app: the program.
        patience: the longest wait for one answer, in seconds, where ``mail.timeout`` is longer.

    Raises:
        ConfigError: the settings are wrong, or the server cannot do what they ask for.
        AuthError: it does not let us in.
        UnknownError: it cannot be reached, or its certificate is not trusted.
    """
    from askpro_cli.booking.notifications.mail_server import MailConnection

    server = mail_server(app)
    sender_of(app, app.company.slug)
    connection = MailConnection(replace(server, timeout=min(server.timeout, patience)))
    try:
        await connection.open()
    finally:
        await connection.leave()
    return server


def _password(app: App) -> str:
    password = read_secret(app.settings, "mail.password", app.notice)
    if password is None:
        message = "mail.user is set and mail.password is not"
        raise ConfigError(
            message, hint="set mail.password_file, or ASKPRO_MAIL_PASSWORD", subject="mail.password"
        )
    return password


def _is_here(host: str) -> bool:
    """Tell whether a mail server is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def sender_of(app: App, slug: str) -> Sender:
    """Return who the mails of a company come from: its own address, or the one of all.

    Raises:
        ConfigError: neither is set, or it is no address.
    """
    from askpro_cli.booking.addresses import check_email
    from askpro_cli.booking.notifications.composing import Sender

    own = app.settings.companies().get(slug, {})
    address = own["mail_from"].value if "mail_from" in own else None
    name = own["mail_from_name"].value if "mail_from_name" in own else None
    setting = f"companies.{slug}.mail_from" if address else "mail.from"
    address = address or app.settings.optional("mail.from")
    if not address:
        message = f"it is not set who the mails of {slug} come from"
        raise ConfigError(message, hint=f"set mail.from, or companies.{slug}.mail_from", subject="mail.from")
    try:
        return Sender(
            check_email(str(address), field=setting), name or app.settings.optional("mail.from_name")
        )
    except InvalidValueError as error:
        raise ConfigError(error.message, hint=error.hint, subject=setting) from error
