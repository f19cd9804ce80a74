"""Checks of what a branch offers. They need the records alone."""

from __future__ import annotations

from functools import cache

from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning.case import Case, answered
from askpro_cli.base.findings import CheckResult

SHORTEST = 5
"""Minutes: what is shorter was most often typed in hours."""


def check_services(case: Case) -> CheckResult:
    """Check that the branch offers anything: an agent of a branch without services books nothing."""
    count = len(case.branch.services)
    if count:
        return answered(codes.SERVICES, detail=f"services: {count}")
    found = case.finding(
        codes.SERVICES, "a service at this branch", "none is linked to it", "link a service to the branch"
    )
    return answered(codes.SERVICES, found)


def check_active_services(case: Case) -> CheckResult:
    """Check that one of the services is not switched off; without any, the check before says so."""
    branch = case.branch
    if branch.offered or not branch.services:
        return answered(codes.ACTIVE_SERVICES, detail=f"active: {len(branch.offered)}")
    found = case.finding(
        codes.ACTIVE_SERVICES,
        "an active service",
        f"all {len(branch.services)} are inactive",
        "activate a service on the platform",
    )
    return answered(codes.ACTIVE_SERVICES, found)


def check_service_names(case: Case) -> CheckResult:
    """Check that every service can be named to a caller."""
    found = [
        case.finding(
            codes.SERVICE_NAME, "a name", "it has none", "name it on the platform", about=service.label
        )
        for service in case.branch.services
        if not service.name.strip()
    ]
    return answered(codes.SERVICE_NAME, *found, detail=f"services: {len(case.branch.services)}")


def check_durations(case: Case) -> CheckResult:
    """Check that no service is over before it began; the branch's own length counts where it has one."""
    found = [
        case.finding(
            codes.DURATION,
            f"at least {SHORTEST} minutes",
            f"it lasts {service.minutes} minutes",
            "correct the length (minutes)",
            about=service.label,
        )
        for service in case.branch.services
        if service.minutes < SHORTEST
    ]
    return answered(codes.DURATION, *found, detail=f"services: {len(case.branch.services)}")


def check_event_types(case: Case) -> CheckResult:
    """Check that every service on offer can be booked through an event type."""
    found = [
        case.finding(
            codes.EVENT_TYPE,
            "an active event type for this branch",
            "none is mapped to it",
            f"askpro event-types list --company {case.company.slug}",
            about=service.label,
        )
        for service in case.branch.offered
        if not service.event_types
    ]
    return answered(codes.EVENT_TYPE, *found, detail=f"services on offer: {len(case.branch.offered)}")


def check_industry(case: Case) -> CheckResult:
    """Check that what callers of this industry ask for first is among the services, by their names."""
    industry = (case.company.industry or "").strip().lower()
    usual = usual_services().get(industry, {})
    names = " ".join(service.name.casefold() for service in case.branch.offered)
    missing = [what for what, words in usual.items() if not any(word in names for word in words)]
    if not missing or not case.branch.offered:
        return answered(codes.INDUSTRY, detail=industry or "no industry is set")
    found = case.finding(
        codes.INDUSTRY,
        f"what is usual for {industry}",
        f"nothing offered is called {', '.join(missing)}",
        "add the service if it is offered",
    )
    return answered(codes.INDUSTRY, found)


@cache
def usual_services() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return by industry what is usual there, each with words that a service's name has (case folded)."""
    import yaml

    from askpro_cli.base.shipped import shipped_path

    document = yaml.safe_load(shipped_path("industries.yaml").read_text(encoding="utf-8"))
    return {
        industry: {what: tuple(word.casefold() for word in words) for what, words in usual.items()}
        for industry, usual in document.items()
    }
