"""`zoneworks user`: log-ins from the command line, for who runs the installation and for its first day."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Membership, User, Zone
from zoneworks.accounts.roles import Role
from zoneworks.doors import second, services
from zoneworks.kit.audit import record, snapshot
from zoneworks.site.management.terminal import DataCommand


class Command(DataCommand):
    help = "Makes the first administrator of a zone, gives one-time passwords, ends sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(
            dest="what", required=True, metavar="admin | password | second-step-off | log-out"
        )
        admin = what.add_parser(
            "admin", help="Make the first administrator of a zone, and the zone if need be."
        )
        admin.add_argument("name", help="The log-in name; a new one or one that stands.")
        admin.add_argument("--zone", required=True, help="The code of the zone, as its addresses show it.")
        admin.add_argument(
            "--zone-name", default="", help="Make the zone under this name when it is missing."
        )
        admin.add_argument("--full-name", default="", help="Who it is, for a new log-in.")
        password = what.add_parser("password", help="Give a one-time password; it is printed.")
        password.add_argument("name", help="The log-in name.")
        second_off = what.add_parser("second-step-off", help="Take the second step of a person off.")
        second_off.add_argument("name", help="The log-in name.")
        log_out = what.add_parser("log-out", help="End every session of a person.")
        log_out.add_argument("name", help="The log-in name.")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "admin":
                self._admin(options)
            case "password":
                self._password(_user(options["name"]))
            case "second-step-off":
                second.drop(_user(options["name"]), actor=None)
                self.stdout.write(
                    _("“%(name)s” logs in with the password alone now.") % {"name": options["name"]}
                )
            case _:
                count = services.end_all(_user(options["name"]), actor=None)
                self.stdout.write(_("%(count)d sessions are ended.") % {"count": count})

    def _admin(self, options: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                zone = _zone(options["zone"], options["zone_name"])
                user, is_new = _person(options["name"], options["full_name"])
                _seat(user, zone)
                password = services.give_one_time_password(user, actor=None) if is_new else ""
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        self.stdout.write(
            _("“%(name)s” administers %(zone)s.") % {"name": user.get_username(), "zone": zone.name}
        )
        if is_new:
            self._say(user, password)

    def _password(self, user: User) -> None:
        self._say(user, services.give_one_time_password(user, actor=None))

    def _say(self, user: User, password: str) -> None:
        self.stdout.write(
            _("One-time password of “%(name)s”, to be changed at the first log-in: %(password)s")
            % {"name": user.get_username(), "password": password}
        )


def _user(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(_("There is no log-in “%(name)s”.") % {"name": name[:80]}, returncode=2)
    return user


def _zone(code: str, name: str) -> Zone:
    """Return the zone, made under `name` when it is missing."""
    zone = Zone.objects.filter(code=code).first()
    if zone is not None:
        return zone
    if not name:
        raise CommandError(
            _("There is no zone “%(code)s”. Give --zone-name as well to make it.") % {"code": code[:80]},
            returncode=2,
        )
    zone = Zone(code=code, name=name)
    zone.full_clean()
    zone.save()
    record(None, "add", zone, after=snapshot(zone))
    return zone


def _person(name: str, full_name: str) -> tuple[User, bool]:
    """Return the log-in, made when it is missing, and whether it is new."""
    user = User.objects.filter(username=name).first()
    if user is not None:
        return user, False
    if User.objects.filter(username__iexact=name).exists():
        raise CommandError(
            _("There is a log-in that differs from “%(name)s” in capitals only.") % {"name": name[:80]},
            returncode=2,
        )
    user = User(username=name, full_name=full_name)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    return user, True


def _seat(user: User, zone: Zone) -> None:
    """Make `user` administrator of `zone`; refused where somebody is one already and could do it on the pages."""
    held = Membership.objects.in_force(localdate()).filter(
        zone=zone, role=Role.ADMINISTRATOR, user__is_active=True
    )
    others = [seat.user.get_username() for seat in held.select_related("user")[:3]]
    if others:
        raise CommandError(
            _(
                "%(zone)s has an administrator: %(names)s. They add others under Members; a lost password "
                "is replaced by: zoneworks user password %(first)s"
            )
            % {"zone": zone.name, "names": ", ".join(others), "first": others[0]},
            returncode=2,
        )
    seat = Membership(zone=zone, user=user, role=Role.ADMINISTRATOR)
    seat.full_clean()
    seat.save()
    record(None, "add", seat, after=snapshot(seat))
