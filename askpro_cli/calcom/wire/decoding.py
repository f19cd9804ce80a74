"""What is read from an opened answer, one reader for each kind."""

from __future__ import annotations

from collections.abc import Callable

from askpro_cli.calcom.documents import D
from askpro_cli.calcom.models import Booking, Pagination
from askpro_cli.calcom.operations.paging import Page
from askpro_cli.calcom.wire.answers import Envelope
from askpro_cli.calcom.wire.reading import read_document, read_documents


def one(kind: type[D]) -> Callable[[Envelope], D]:
    """Return a reader of a single document."""
    return lambda answer: read_document(kind, answer.data)


def one_or_none(kind: type[D]) -> Callable[[Envelope], D | None]:
    """Return a reader of a single document that may be null."""
    return lambda answer: None if answer.data is None else read_document(kind, answer.data)


def many(kind: type[D]) -> Callable[[Envelope], list[D]]:
    """Return a reader of an array of documents."""
    return lambda answer: read_documents(kind, answer.data)


def one_booking(answer: Envelope) -> Booking:
    """Read a booking, or the earliest of a series, which the vendor answers as an array."""
    if isinstance(answer.data, list) and answer.data:
        return min(read_documents(Booking, answer.data), key=lambda booking: booking.start)
    return read_document(Booking, answer.data)


def series(answer: Envelope) -> list[Booking]:
    """Read the bookings of a series in order; a single booking is a series of one."""
    documents = answer.data if isinstance(answer.data, list) and answer.data else [answer.data]
    return sorted(read_documents(Booking, documents), key=lambda booking: booking.start)


def booking_called(uid: str) -> Callable[[Envelope], Booking]:
    """Return a reader of the booking *uid* of a series, else of the one that was answered."""

    def read(answer: Envelope) -> Booking:
        found = series(answer)
        return next((booking for booking in found if booking.uid == uid), found[0])

    return read


def page(answer: Envelope) -> Page:
    """Read a page of bookings and where it stands."""
    pagination = read_document(Pagination, answer.pagination or {}, "pagination")
    return Page(read_documents(Booking, answer.data), pagination)
