"""The breaker against a model that is written the other way round: from the history of what happened."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from askpro_cli.resilience.breaker_rules import (
    Admission,
    BreakerRecord,
    BreakerSettings,
    BreakerState,
    Rejection,
    Verdict,
    admit,
    advance,
    settle,
)

SETTINGS = BreakerSettings()


@dataclass(eq=False)
class Request:
    """A request the model let through."""

    admission: Admission
    period: int
    admitted_at: float


class Model:
    """Says what the design says, in plain variables and whole seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.state = BreakerState.CLOSED
        self.period = 0
        self.failures_in_a_row = 0
        self.successes = 0
        self.opened_at = 0.0
        self.trials: list[Request] = []

    def become(self, state: BreakerState) -> None:
        self.state = state
        self.period += 1
        self.failures_in_a_row = self.successes = 0
        self.trials = []
        if state is BreakerState.OPEN:
            self.opened_at = self.now

    def tick(self) -> None:
        if self.state is BreakerState.OPEN and self.now - self.opened_at >= 60:
            self.become(BreakerState.HALF_OPEN)
        self.trials = [trial for trial in self.trials if self.now - trial.admitted_at < 30]

    def may_send(self) -> bool:
        return self.state is BreakerState.CLOSED or (
            self.state is BreakerState.HALF_OPEN and len(self.trials) < 3
        )

    def hear(self, request: Request, verdict: Verdict) -> None:
        if request.period != self.period:
            return
        if self.state is BreakerState.HALF_OPEN:
            self.hear_trial(request, verdict)
        elif verdict is Verdict.FAILURE:
            self.failures_in_a_row += 1
            if self.failures_in_a_row == 5:
                self.become(BreakerState.OPEN)
        elif verdict is Verdict.SUCCESS:
            self.failures_in_a_row = 0

    def hear_trial(self, request: Request, verdict: Verdict) -> None:
        if request not in self.trials:
            return
        self.trials.remove(request)
        if verdict is Verdict.FAILURE:
            self.become(BreakerState.OPEN)
        elif verdict is Verdict.SUCCESS:
            self.successes += 1
            if self.successes == 2:
                self.become(BreakerState.CLOSED)


class BreakerMachine(RuleBasedStateMachine):
    """Requests, answers in any order, abandoned requests and time, in every mixture."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.record = BreakerRecord()
        self.count = 0

    requests = Bundle[Request]("requests")

    @rule(seconds=st.sampled_from([0.5, 1.0, 10.0, 29.0, 30.0, 31.0, 59.0, 60.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.model.now += seconds

    @rule(target=requests)
    def ask(self) -> Request | MultipleResults[Request]:
        self.model.tick()
        self.count += 1
        self.record, answer = admit(self.record, self.model.now, SETTINGS, f"t{self.count}")
        assert isinstance(answer, Admission) == self.model.may_send()
        if isinstance(answer, Rejection):
            assert 0 < answer.retry_after <= 60
            return multiple()
        request = Request(answer, self.model.period, self.model.now)
        if self.model.state is BreakerState.HALF_OPEN:
            self.model.trials.append(request)
        return request

    @rule(request=consumes(requests), verdict=st.sampled_from(Verdict))
    def answer(self, request: Request, verdict: Verdict) -> None:
        self.model.tick()
        self.model.hear(request, verdict)
        self.record, state = settle(self.record, self.model.now, SETTINGS, request.admission, verdict)
        assert state is self.model.state

    @rule(times=st.integers(1, 6), verdict=st.sampled_from([Verdict.FAILURE, Verdict.SUCCESS]))
    def ask_and_answer(self, times: int, verdict: Verdict) -> None:
        for _ in range(times):
            request = self.ask()
            if isinstance(request, Request):
                self.answer(request, verdict)

    @rule(request=consumes(requests))
    def abandon(self, request: Request) -> None:
        """Its process died: nobody settles it."""

    @invariant()
    def same_state(self) -> None:
        self.model.tick()
        now_record = advance(self.record, self.model.now, SETTINGS)
        assert now_record.state is self.model.state
        assert len(now_record.trials) == len(self.model.trials) <= 3


BreakerMachine.TestCase.settings = hypothesis_settings(
    max_examples=120, stateful_step_count=40, deadline=None
)
TestBreakerAgainstModel = BreakerMachine.TestCase


def opened(now: float = 1000.0) -> BreakerRecord:
    record = BreakerRecord()
    for _ in range(5):
        record, admission = admit(record, now, SETTINGS, "t")
        assert isinstance(admission, Admission)
        record, _ = settle(record, now, SETTINGS, admission, Verdict.FAILURE)
    return record


def test_five_failures_in_a_row_open_it_for_sixty_seconds() -> None:
    record, answer = admit(opened(1000.0), 1059.9, SETTINGS, "t")
    assert isinstance(answer, Rejection)
    assert round(answer.retry_after, 3) == 0.1
    record, answer = admit(record, 1060.0, SETTINGS, "t")
    assert answer == Admission(record.epoch, "t")


def test_a_success_or_a_neutral_answer_between_failures_keeps_the_count_honest() -> None:
    record = BreakerRecord()
    for verdict in [*[Verdict.FAILURE] * 4, Verdict.NEUTRAL, Verdict.SUCCESS, *[Verdict.FAILURE] * 4]:
        record, state = settle(record, 1.0, SETTINGS, Admission(record.epoch), verdict)
    assert state is BreakerState.CLOSED
    assert record.failures == 4


def test_a_failure_from_before_the_outage_does_not_reopen_a_recovered_breaker() -> None:
    old = Admission(BreakerRecord().epoch)
    record = opened(1000.0)
    for token in ("a", "b"):
        record, trial = admit(record, 1060.0, SETTINGS, token)
        assert isinstance(trial, Admission)
        record, state = settle(record, 1061.0, SETTINGS, trial, Verdict.SUCCESS)
    assert state is BreakerState.CLOSED
    for _ in range(5):
        record, state = settle(record, 1062.0, SETTINGS, old, Verdict.FAILURE)
    assert state is BreakerState.CLOSED


def test_a_clock_that_was_set_back_does_not_keep_it_open_for_ever() -> None:
    _, answer = admit(opened(90_000.0), 1000.0, SETTINGS, "t")
    assert isinstance(answer, Admission)
