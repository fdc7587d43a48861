"""Rows that nobody else changes until a transaction ends, so that what was checked still stands when it is saved."""

from __future__ import annotations

from typing import Any

from django.db import models

HIGHEST_KEY = 2**63 - 1
"""Greater numbers no database takes; an address may name them."""


def held(row: models.Model) -> Any:
    """Return `row` as the database holds it now, kept from others until the transaction ends; None when it is gone.

    Rows that point to it can still be written meanwhile. SQLite lets one transaction write at a time anyway.
    """
    return type(row)._base_manager.select_for_update(no_key=True).filter(pk=row.pk).first()


def hold(model: type[models.Model], *keys: Any) -> None:
    """Keep the rows of these keys from others until the transaction ends; in one order, so that none wait in a ring."""
    known = [key for key in keys if not isinstance(key, int) or 0 < key <= HIGHEST_KEY]
    rows = model._base_manager.select_for_update(no_key=True).filter(pk__in=known)
    list(rows.order_by("pk").values_list("pk"))
