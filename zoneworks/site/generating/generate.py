"""Generates a synthetic zone: the same seed and day give the same rows, whatever their number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Unit, User, Zone
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.rulebook import rules
from zoneworks.site.generating.plans import Setting, plan
from zoneworks.site.generating.settling import BATCH, Bodies, settle
from zoneworks.site.generating.writing import write

MOST_PROJECTS = 5_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be generated: `projects` projects told up to the day `until`."""

    code: str
    name: str
    name_en: str
    projects: int
    seed: int
    until: date


@transaction.atomic
def generate(
    order: Order,
    *,
    officer: User | None = None,
    verifier: User | None = None,
    say: Callable[[int], None] = lambda _count: None,
) -> Bodies:
    """Write the zone and return its bodies; `officer` gets the first desk, `say` hears the progress.

    What is recognized is recorded by `verifier`, or by a sample of one. Both are members once they are seated.

    Raise `ValidationError` when the code is taken or cannot be one.
    """
    if Zone.objects.filter(code=order.code).exists():
        raise ValidationError(_("A zone with the code “%(code)s” is already there.") % {"code": order.code})
    zone = Zone(code=order.code, name=order.name, name_en=order.name_en, is_synthetic=True)
    zone.full_clean()
    zone.save()
    bodies = settle(zone, order.projects, order.until, officer, verifier)
    known = rules(zone, order.until)
    industries = tuple(kind.key for kind in known.industries.offered)
    desks, investors = len(bodies.desks), len(bodies.investors)
    setting = Setting(order.seed, order.until, industries, desks, investors, known.stages.kinds)
    for first in range(1, order.projects + 1, BATCH):
        numbers = range(first, min(first + BATCH, order.projects + 1))
        write(bodies, [plan(setting, number) for number in numbers])
        say(numbers.stop - 1)
    _backdate(bodies, order.until)
    return bodies


def _backdate(bodies: Bodies, until: date) -> None:
    """Let the bodies have stood before the first project came."""
    before = make_aware(datetime.combine(until.replace(year=until.year - 5, day=1), time(9)))
    for model in (Unit, Organization, Person):
        model._base_manager.filter(zone=bodies.zone).update(created_at=before)


def refresh_statistics() -> None:
    """Let the database count its rows anew, so that it plans queries for the size that it now has."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
