"""`zoneworks generate`: a synthetic zone of any size."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Membership, User, Zone
from zoneworks.accounts.roles import Role
from zoneworks.site.demo.loading import CODE as DEMO
from zoneworks.site.demo.logins import demo_logins
from zoneworks.site.generating.generate import MOST_PROJECTS, Order, generate, refresh_statistics
from zoneworks.site.management.terminal import DataCommand

EVERY = 20_000


class Command(DataCommand):
    help = "Makes a synthetic zone for measuring. The same seed and day give the same zone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--projects", type=int, required=True, help="How many projects.")
        parser.add_argument(
            "--seed", type=int, required=True, help="A whole number; another seed, another zone."
        )
        parser.add_argument("--zone", default="", help="The code of the zone (sample-N-S).")
        parser.add_argument(
            "--until", default="", help="The day up to which it is told, as 2026-06-30 (today)."
        )
        parser.add_argument(
            "--member",
            action="append",
            default=[],
            metavar="USERNAME",
            help="Who sees the zone, with the roles held elsewhere; may be given again (the demo's log-ins).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        projects, seed = options["projects"], options["seed"]
        if not 1 <= projects <= MOST_PROJECTS:
            raise CommandError(
                _("--projects: %(count)d is not between 1 and %(most)d.")
                % {"count": projects, "most": MOST_PROJECTS},
                returncode=2,
            )
        code = options["zone"] or f"sample-{projects}-{seed}"
        _refuse_taken(code)
        order = Order(
            code,
            f"样例开发区 {code}（合成数据）",
            f"Sample zone {code} (synthetic)",
            projects,
            seed,
            _day(options["until"]),
        )
        members = [_user(name) for name in options["member"]] or _demo_users()
        started = time.monotonic()
        try:
            bodies = generate(order, say=lambda done: self._say(done, projects))
        except ValidationError as error:
            raise CommandError(
                _("--zone: %(problem)s") % {"problem": " ".join(error.messages)}, returncode=2
            ) from error
        refresh_statistics()
        for user in members:
            _let_in(user, bodies.zone)
        self.stdout.write(
            _("The synthetic zone %(code)s holds %(count)d projects; it took %(seconds).1f seconds.")
            % {"code": code, "count": projects, "seconds": time.monotonic() - started}
        )

    def _say(self, done: int, whole: int) -> None:
        if done % EVERY == 0 and done < whole:
            self.stdout.write(_("%(done)d of %(whole)d projects …") % {"done": done, "whole": whole})
            self.stdout.flush()


def _refuse_taken(code: str) -> None:
    """Refuse a code that a zone has already: facts are never replaced, so neither is a zone."""
    if Zone.objects.filter(code=code).exists():
        raise CommandError(
            _(
                "--zone: there is a zone “%(code)s” already, and no zone is replaced. Name the new one with "
                "--zone OTHER; or begin anew in an empty folder: set ZONEWORKS_DATA to it."
            )
            % {"code": code},
            returncode=2,
        )


def _day(text: str) -> date:
    """Return the day that --until names, today when it names none."""
    try:
        day = date.fromisoformat(text) if text else localdate()
    except ValueError as error:
        raise CommandError(
            _("--until: “%(text)s” is no date. Write it like 2026-06-30.") % {"text": text[:40]}, returncode=2
        ) from error
    if day > localdate():
        raise CommandError(_("--until: %(day)s lies in the future.") % {"day": day}, returncode=2)
    return day


def _user(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(_("--member: there is no log-in “%(name)s”.") % {"name": name[:80]}, returncode=2)
    return user


def _demo_users() -> list[User]:
    """Return the log-ins of the demo, where it is loaded."""
    names = [login.username for login in demo_logins()]
    return list(User.objects.filter(username__in=names)) if Zone.objects.filter(code=DEMO).exists() else []


def _let_in(user: User, zone: Zone) -> None:
    """Give `user` the roles that it holds elsewhere, for the whole zone."""
    roles = {seat.role for seat in user.seats} or {Role.ADMINISTRATOR}
    for role in sorted(roles):
        Membership.objects.get_or_create(zone=zone, user=user, unit=None, role=role)
