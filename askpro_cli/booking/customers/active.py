"""The customer that a key means now: one that was merged means the one it went into."""

from __future__ import annotations

from askpro_cli.base.errors import NotFoundError
from askpro_cli.booking.customers.person import ERASED, find_customer, standing, survivor
from askpro_cli.platform.schema import Customer
from askpro_cli.platform.tenancy import TenantSession


def active_customer(session: TenantSession, customer_id: int, *, lock: bool = False) -> Customer:
    """Return whom an appointment for a customer is for.

    Args:
        session: of one company.
        customer_id: as somebody gave it, or as it was mapped a moment ago.
        lock: let nobody merge or erase the row until the transaction ends.

    Raises:
        NotFoundError: this company has none, or it was erased.
    """
    rows = standing(session, Customer.id, customer_id, lock=lock)
    found = survivor(session, rows[0], lock=lock) if rows else find_customer(session, customer_id)
    if found.status == ERASED:
        message = f"customer {found.id} was erased"
        hint = "book with name and contact, which make a new customer"
        raise NotFoundError(message, subject=str(customer_id), hint=hint)
    return found
