"""A key against a model: whoever does what in whatever order, one holder at most and one answer."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, rule, run_state_machine_as_test
from sqlalchemy import Engine, update

from askpro_cli.base.errors import IdempotencyError
from askpro_cli.platform import idempotency
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.idempotency import Claim
from askpro_cli.platform.tables import idempotency_keys as keys
from askpro_cli.platform.transactions import run_in_transaction

_COMPANIES = count()
_CONTENTS = st.sampled_from(["cut", "colour"])


class KeyMachine(RuleBasedStateMachine):
    """One key of one company; every claim ever made is kept and used again at any time."""

    claims: Bundle[Claim] = Bundle("claims")

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.company = f"company-{next(_COMPANIES)}"
        self.state = "none"
        self.content = ""
        self.uid: str | None = None
        self.token = ""
        self.leased = False

    @rule(target=claims, content=_CONTENTS)
    def claim(self, content: str) -> Claim:
        if self.state != "none" and content != self.content:
            return self.refused(content)
        found = self.ask(content)
        expected = {"none": "new", "done": "done"}.get(self.state, "busy" if self.leased else "unsettled")
        assert (found.state, found.record.uid) == (expected, self.uid)
        if found.state in ("new", "unsettled"):
            assert found.token != self.token
            self.state = "claimed" if found.state == "new" else "unsettled"
            self.content, self.token, self.leased = content, found.token, True
        return found

    def ask(self, content: str) -> Claim:
        return idempotency.claim(self.engine, company=self.company, key="k", content=content, lease=600)

    def refused(self, content: str) -> Claim:
        try:
            self.ask(content)
        except IdempotencyError:
            return self.ask(self.content) if self.state == "done" or self.leased else self.claim_again()
        message = "other content was accepted"
        raise AssertionError(message)

    def claim_again(self) -> Claim:
        found = self.ask(self.content)
        self.state, self.token, self.leased = "unsettled", found.token, True
        return found

    def holds(self, claim: Claim) -> bool:
        return self.state in ("claimed", "unsettled") and claim.token == self.token

    @rule(claim=claims, uid=st.sampled_from(["u1", "u2"]))
    def complete(self, claim: Claim, uid: str) -> None:
        held = self.holds(claim)
        assert idempotency.complete(self.engine, claim, uid=uid) == held
        if held:
            self.state, self.uid, self.leased = "done", uid, False

    @rule(claim=claims)
    def mark_unsettled(self, claim: Claim) -> None:
        held = self.holds(claim)
        assert idempotency.mark_unsettled(self.engine, claim) == held
        if held:
            self.state, self.leased = "unsettled", False

    @rule(claim=claims)
    def renew(self, claim: Claim) -> None:
        held = self.holds(claim)
        assert idempotency.renew(self.engine, claim, lease=600) == held
        self.leased = self.leased or held

    @rule(claim=consumes(claims))
    def release(self, claim: Claim) -> None:
        held = self.holds(claim)
        assert idempotency.release(self.engine, claim) == held
        if held:
            self.forget()

    @rule(claim=claims)
    def void(self, claim: Claim) -> None:
        stands = self.state == "done" and (claim.token, claim.record.uid) == (self.token, self.uid)
        assert idempotency.void(self.engine, claim) == stands
        if stands:
            self.forget()

    @rule()
    def the_lease_ends(self) -> None:
        self.write(lease_until_ms=now_ms() - 1)
        self.leased = False

    @rule()
    def the_day_ends(self) -> None:
        """Its time is over, and somebody's claim of another key takes it along."""
        self.write(lease_until_ms=now_ms() - 1, expires_at_ms=now_ms() - 1)
        idempotency.claim(self.engine, company="other", key="k", content="", lease=0)
        self.forget()

    def forget(self) -> None:
        self.state, self.content, self.uid, self.leased = "none", "", None, False

    def write(self, **values: Any) -> None:
        statement = update(keys).where(keys.c.company == self.company).values(values)
        run_in_transaction(self.engine, lambda connection: connection.execute(statement))


def test_any_sequence_of_claims_and_answers_keeps_the_promise(sqlite_records: Engine) -> None:
    run_state_machine_as_test(
        lambda: KeyMachine(sqlite_records),  # type: ignore[arg-type]  # a factory is documented to do
        settings=settings(max_examples=40, stateful_step_count=25, deadline=None),
    )
