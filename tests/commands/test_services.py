"""``availability`` and ``alternatives`` by service: mapped by the records, then by the shared state alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from support.records import opened
from support.salon import HAIRCUT, Salon, Street

from askpro_cli.booking.service_cache import forget_services
from askpro_cli.platform.schema import CalcomEventType
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.output.console import Streams

CUT = ("--service", "Herrenhaarschnitt")
LOOK = """
import sys
from askpro_cli.shell.main import main
code = main(sys.argv[1:])
heavy = ("sqlalchemy", "httpx", "asyncio", "rich", "redis", "phonenumbers", "tenacity")
print([name for name in heavy if name in sys.modules], file=sys.stderr)
raise SystemExit(code)
"""


def remap(salon: Salon, old: int, new: int) -> None:
    """Let the service of event type *old* mean *new*, past askpro."""

    def work(session: Session) -> None:
        session.execute(
            update(CalcomEventType)
            .where(CalcomEventType.calcom_event_type_id == old)
            .values(calcom_event_type_id=new)
        )

    with opened(salon.cli.env["ASKPRO_DATABASE_URL"]) as records:
        records.for_company("salon").run_in_transaction(work)


def event_type(salon: Salon, *words: str) -> int:
    shown: int = salon("availability", *words, "--json").ok().data["event_type"]["id"]
    return shown


def test_a_service_has_the_free_times_of_its_event_type(shop: Salon) -> None:
    by_service = shop("availability", *CUT, "--branch", "mitte", "--json").ok().data
    assert by_service == shop("availability", HAIRCUT, "--json").ok().data
    near = ("--around", "2026-11-24T10:10", "--json")
    assert shop("alternatives", *CUT, *near).ok().data == shop("alternatives", HAIRCUT, *near).ok().data
    told = shop("availability", *CUT, "--explain", "2026-11-24T10:00", "--json").ok().data
    assert (told["offered"], told["event_type"]["id"]) == (True, 1001)


def test_what_a_service_means_is_kept_and_forgotten(shop: Salon) -> None:
    assert event_type(shop, *CUT) == 1001
    remap(shop, 1001, 1099)
    remap(shop, 1003, 1001)
    remap(shop, 1099, 1003)
    assert event_type(shop, *CUT) == 1001
    assert event_type(shop, *CUT, "--refresh") == 1003
    assert event_type(shop, *CUT) == 1003
    remap(shop, 1003, 1002 + 100)
    remap(shop, 1001, 1003)
    remap(shop, 1102, 1001)
    app = App.build(GlobalOptions(), shop.cli.env, shop.cli.cwd, Streams(None, None, sys.stderr))
    forget_services(app.state())
    app.close()
    assert event_type(shop, *CUT) == 1001


def test_another_database_is_asked_itself(shop: Salon, tmp_path: Path) -> None:
    assert event_type(shop, *CUT) == 1001
    shop.cli.user_file("companies: {salon: {}}\n")
    shop.cli.env["ASKPRO_DATABASE_URL"] = f"sqlite:///{tmp_path / 'other.db'}"
    shop("availability", *CUT).exits(3)


def test_without_any_life_nothing_is_kept(shop: Salon) -> None:
    shop.cli.env["ASKPRO_CACHE_SERVICES_TTL"] = "0"
    assert event_type(shop, *CUT) == 1001
    remap(shop, 1001, 1099)
    remap(shop, 1002, 1001)
    remap(shop, 1099, 1002)
    assert event_type(shop, *CUT) == 1002


def test_a_cached_answer_for_a_service_imports_nothing_heavy(
    street: Street, sqlite_seeded_url: str, tmp_path: Path
) -> None:
    street.program.env |= {"ASKPRO_DATABASE_URL": sqlite_seeded_url, "ASKPRO_COMPANY": "salon"}
    street.program("availability", *CUT).ok()
    look = tmp_path / "look.py"
    look.write_text(LOOK, encoding="utf-8")
    seen = subprocess.run(
        [sys.executable, str(look), "availability", *CUT],
        env=street.program.env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "from the cache" in seen.stderr
    assert seen.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "name EVENT_TYPE or --service"),
        ([HAIRCUT, *CUT], 2, "exclude each other"),
        ([HAIRCUT, "--branch", "mitte"], 2, "--branch goes with --service"),
        (["--call", "call_1"], 2, "--call goes with --service"),
        (["--service", "Herrenhaarschnit"], 3, "did you mean Herrenhaarschnitt?"),
        ([*CUT, "--branch", "kreuzberg"], 2, "does not offer Herrenhaarschnitt"),
        ([*CUT, "--staff", "Lea Muster"], 2, "does not offer Herrenhaarschnitt"),
        ([*CUT, "--call", "call_1"], 3, "no call 'call_1'"),
    ],
)
def test_slips_are_told(shop: Salon, words: list[str], code: int, said: str) -> None:
    for command in (["availability"], ["alternatives", "--around", "2026-11-24T10:00"]):
        assert said in shop(*command, *words).exits(code).stderr
    assert shop.sent("GET", "/") == 0
