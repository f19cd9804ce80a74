"""The generated pages of the documentation: ``python -m askpro_cli.shell.reference FOLDER [--check]``.

The texts around the generated parts are written by hand; a part stands between its two marks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from askpro_cli.base.exit_codes import EXPLANATIONS, status_word
from askpro_cli.base.shipped import shipped_path
from askpro_cli.calcom.wire.errors import known_texts
from askpro_cli.server.access import ROUTES, SCOPES
from askpro_cli.shell.actions.checks import pages
from askpro_cli.shell.cli_reference import cli_page
from askpro_cli.shell.settings.files import read_settings_file
from askpro_cli.shell.settings.known import COMPANY_SETTINGS, SETTINGS
from askpro_cli.shell.settings.senders import SECTION, SENDER_SETTINGS
from askpro_cli.shell.settings.setting import Setting
from askpro_cli.shell.settings.table import plain_number

if TYPE_CHECKING:
    from askpro_cli.server.answers import Answer


def settings_part() -> str:
    """Return the table of all settings."""
    defaults = read_settings_file(shipped_path("defaults.yaml"), cache_dir=None)
    rows = [
        (f"`{setting.name}`", f"`{setting.env}`", _default(defaults.get(setting.name)), _meaning(setting))
        for setting in SETTINGS
    ]
    return _table(("Setting", "Environment", "Default", "Meaning"), rows)


def company_part() -> str:
    """Return the table of a company's settings."""
    rows = [
        (
            f"`companies.<slug>.{setting.name}`",
            f"`ASKPRO_COMPANIES_<SLUG>_{setting.name.upper()}`",
            _meaning(setting),
        )
        for setting in COMPANY_SETTINGS
    ]
    rows.append(("`companies.<slug>.event_types.<alias>`", "", "Event type behind an alias"))
    return _table(("Setting", "Environment", "Meaning"), rows)


def senders_part() -> str:
    """Return the table of the settings of a sender of Standard Webhooks."""
    rows = [
        (
            f"`{SECTION}.<name>.{setting.name}`",
            f"`ASKPRO_WEBHOOK_SENDERS_<NAME>_{setting.name.upper()}`",
            _meaning(setting),
        )
        for setting in SENDER_SETTINGS
    ]
    return _table(("Setting", "Environment", "Meaning"), rows)


def exit_codes_part() -> str:
    """Return the table of exit codes."""
    rows = [(str(int(code)), f"`{status_word(code)}`", text) for code, text in EXPLANATIONS.items()]
    return _table(("Code", "`status`", "Meaning"), rows)


def checks_part() -> str:
    """Return the table of checks."""
    rows = [
        (f"`{page.code}`", page.severity, page.title, ", ".join(page.sources)) for page in pages().values()
    ]
    return _table(("Code", "Severity", "Check", "Compares"), rows)


def calcom_errors_part() -> str:
    """Return the table of Cal.com's known refusals."""
    rows = [
        (
            f"`{known.id}`",
            ", ".join(map(str, sorted(known.status))) or "any",
            f"`{known.text.pattern}`".replace("|", "\\|") if known.text else "any text",
            f"`{known.error.__name__}`, exit {int(known.error.exit_code)}",
            known.meaning,
            known.remedy,
        )
        for known in known_texts()
    ]
    return _table(("`known_as`", "HTTP", "Cal.com says", "askpro raises", "It means", "What to do"), rows)


def routes_part() -> str:
    """Return the table of the daemon's routes."""
    rows = [
        (
            route.method,
            f"`{route.path}`",
            str(route.access),
            f"`{route.scope}`" if route.scope else "",
            route.summary,
        )
        for route in ROUTES
    ]
    return _table(("Method", "Path", "Access", "Scope", "What it is"), rows)


def scopes_part() -> str:
    """Return the table of the scopes of tokens."""
    return _table(("Scope", "Allows"), [(f"`{scope}`", meaning) for scope, meaning in SCOPES.items()])


def successes_part() -> str:
    """Return the table of what senders are told about events that were kept."""
    from askpro_cli.server.answers import INBOUND, SUCCESS, successes_of

    rows = []
    for source in (*SUCCESS, "others"):
        kept = successes_of(source)
        rows.append((source, str(kept.accepted.status), _body(kept.accepted), _body(kept.duplicate)))
    rows.append(("Retell's inbound webhook", str(INBOUND.status), _body(INBOUND), _body(INBOUND)))
    return _table(("Source", "Status", "Body", "Body for a duplicate"), rows)


def refusals_part() -> str:
    """Return the table of what senders are told about events that were not kept."""
    from askpro_cli.server.answers import BUG, BUSY, FULL, REFUSALS, RETRY_AFTER, UNAVAILABLE

    rows = []
    for answer in (*REFUSALS.values(), BUSY, FULL, UNAVAILABLE, BUG):
        seconds = RETRY_AFTER.get(answer.outcome)
        told = {FULL.outcome: "as the queue says", UNAVAILABLE.outcome: "as the store says"}
        wait = f"{seconds:g} s" if seconds else told.get(answer.outcome, "")
        rows.append((f"`{answer.outcome}`", str(answer.status), _body(answer), wait))
    return _table(("Outcome", "Status", "Body", "Retry-After"), rows)


def _body(answer: Answer) -> str:
    text = (answer.before + b"ID" + answer.after if answer.before else answer.after).decode()
    return f"`{text}`" if text else "none"


def _default(value: object) -> str:
    if value is None:
        return ""
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def _meaning(setting: Setting) -> str:
    return "; ".join([setting.help, *_notes(setting)])


def _notes(setting: Setting) -> Iterator[str]:
    if setting.choices:
        yield f"one of {', '.join(setting.choices)}"
    if setting.low is not None and setting.high is not None:
        yield f"{plain_number(setting.low)} to {plain_number(setting.high)} {setting.unit}".rstrip()
    if setting.guarded:
        yield "not in a project file"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "calcom.md": {"known refusals": calcom_errors_part},
    "configuration.md": {"settings": settings_part, "companies": company_part, "senders": senders_part},
    "exit-codes.md": {"exit codes": exit_codes_part},
    "output.md": {"checks": checks_part},
    "webhook-responses.md": {"successes": successes_part, "refusals": refusals_part},
    "routes.md": {"routes": routes_part, "scopes": scopes_part},
}
"""By page: the name of a part, as its marks spell it, and what makes it."""

WHOLE_PAGES: dict[str, Callable[[], str]] = {"cli.md": cli_page}
"""Pages without a word written by hand."""


def refreshed(text: str, parts: dict[str, Callable[[], str]]) -> str:
    """Return a page's text with its generated parts made anew.

    Raises:
        ValueError: a mark is missing.
    """
    for name, make in parts.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        head, found_begin, rest = text.partition(begin)
        _, found_end, tail = rest.partition(end)
        if not found_begin or not found_end:
            message = f"the marks {begin} and {end} are missing"
            raise ValueError(message)
        text = f"{head}{begin}\n{make()}\n{end}{tail}"
    return text


def outdated(folder: Path) -> dict[str, str]:
    """Return the new text of every page in *folder* that differs from what the program says today."""
    fresh = {name: refreshed(_read(folder, name), parts) for name, parts in PARTS.items()}
    fresh |= {name: make() for name, make in WHOLE_PAGES.items()}
    return {name: text for name, text in fresh.items() if text != _read(folder, name)}


def _read(folder: Path, name: str) -> str:
    """Return a page's present text; a whole page may not be there yet."""
    path = folder / name
    return path.read_text(encoding="utf-8") if path.exists() or name in PARTS else ""


def main(arguments: Sequence[str]) -> int:
    """Write the outdated pages; with ``--check`` only name them, and return 1 if there are any."""
    check = "--check" in arguments
    folder = Path(next((word for word in arguments if word != "--check"), "docs"))
    found = outdated(folder)
    for name, text in found.items():
        if check:
            sys.stderr.write(f"{folder / name} is outdated: make docs\n")
        else:
            (folder / name).write_text(text, encoding="utf-8")
    if check and not found:
        sys.stdout.write(f"the generated pages in {folder} are up to date\n")
    return int(check and bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
