"""The practice zone: synthetic projects, so that boards have life where the papers are silent."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import localdate

from zoneworks.accounts.models import Zone
from zoneworks.site.demo.logins import people_of_the_demo, seat
from zoneworks.site.generating.generate import Order, generate

CODE = "practice"
PROJECTS = 300
SEED = 7


@transaction.atomic
def load_practice() -> Zone:
    """Return the practice zone with the demo's log-ins as members; made, up to today, when not there yet."""
    standing = Zone.objects.filter(code=CODE).first()
    if standing is not None:
        return standing
    order = Order(CODE, "练习开发区（合成数据）", "Practice Zone (synthetic)", PROJECTS, SEED, localdate())
    users = people_of_the_demo()
    bodies = generate(order, officer=users["officer"], verifier=users["verifier"])
    seat(bodies.zone, bodies.units[0])
    bodies.investors[0].representatives.add(users["enterprise"])
    return bodies.zone
