"""The event type itself: whether it is there, whether anybody serves it, whether it is a template."""

from __future__ import annotations

from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import listed, named


def wrong_event_type(facts: Facts) -> Verdict:
    """Tell whether the event type is there at all and has hosts; name others that offer the time."""
    rule, event_type = "wrong_event_type", facts.event_type
    if facts.missing:
        hint = _nearest_name(facts)
        return blocks(
            rule,
            f"Cal.com knows no event type {facts.reference} for this key{hint}",
            facts.told("event type", "slots"),
        )
    if event_type is None:
        return unknown(rule, facts.why_not("event type"))
    if event_type.team_id and "hosts" in event_type.raw and not event_type.hosts:
        return blocks(
            rule, f"{named(event_type)} has no hosts, so it offers nothing", facts.told("event type")
        )
    hidden = ", hidden on the booking page" if event_type.hidden else ""
    note = f"; {_also_offered(facts)}" if facts.elsewhere and not facts.offered else ""
    return passes(rule, f"{named(event_type)}{hidden}{note}", facts.told("event type"))


def only_elsewhere(facts: Facts) -> Verdict | None:
    """Return that another event type may be meant, for times that nothing else explains; else None."""
    if facts.event_type is None or not facts.elsewhere or facts.offered:
        return None
    told = f"{named(facts.event_type)} does not offer it; {_also_offered(facts)}"
    return blocks("wrong_event_type", told, facts.told("event types"), proven=False)


def _also_offered(facts: Facts) -> str:
    names = [f"{found.event_type.reference} ({found.event_type.id})" for found in facts.elsewhere]
    return f"by the cache {listed(names)} {'offers' if len(names) == 1 else 'offer'} the same time"


def managed_parent(facts: Facts) -> Verdict:
    """Tell whether the event type is a template whose children, one a user, are booked instead."""
    rule, event_type = "managed_parent", facts.event_type
    if event_type is None:
        return unknown(rule, facts.why_not("event type"))
    if not event_type.is_managed_parent:
        return passes(rule, "no template of a managed event type", facts.told("event type"))
    children = [f"{child.id} ({child.reference})" for child in facts.children]
    certain = all(child.parent_event_type_id == event_type.id for child in facts.children)
    instead = (
        f"; bookable {'are' if certain else 'are, by their slug,'} its children {listed(children)}"
        if children
        else "; its children belong to its users, and this key sees none of them"
    )
    told = f"{named(event_type)} is the parent of a managed event type: it has no slots and cannot be booked"
    return blocks(rule, told + instead, facts.told("event type", "event types"))


def _nearest_name(facts: Facts) -> str:
    from askpro_cli.base.nearest import nearest

    names = {str(item.id): item for item in facts.known_types.values()}
    names |= {item.reference: item for item in facts.known_types.values()}
    meant = nearest(facts.reference, names)
    return f"; did you mean {meant}?" if meant else ""
