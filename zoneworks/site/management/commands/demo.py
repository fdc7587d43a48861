"""`zoneworks demo`: loads the demo zones and serves them on this machine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.site.demo.loading import CODE, load_gaoyou
from zoneworks.site.demo.logins import demo_logins
from zoneworks.site.demo.practice import load_practice
from zoneworks.site.management.terminal import OperatorCommand, add_port
from zoneworks.site.operating.upgrading import upgrade
from zoneworks.site.serving import check_free, serve

HOST = "127.0.0.1"  # the demo's passwords are printed for everybody, so nobody else may reach it


class Command(OperatorCommand):
    help = "Loads the demo zones, prints the address and the log-ins, and serves them on 127.0.0.1."

    def add_arguments(self, parser: CommandParser) -> None:
        add_port(parser)
        parser.add_argument("--no-serve", action="store_true", help="Load, print, and stop.")
        parser.add_argument(
            "--reset", action="store_true", help="First empty the database, if it holds demo zones only."
        )

    def operate(self, **options: Any) -> None:
        if not options["no_serve"]:
            check_free(HOST, options["port"])
        upgrade(with_copy=False)  # what lies here can be loaded again
        self._refuse_beside_real_zones()
        if options["reset"]:
            call_command("flush", interactive=False, verbosity=0)
        self._load()
        if options["no_serve"]:
            self._announce(None)
            return
        settings.DEMO_LOGINS = True
        port = options["port"]
        serve(HOST, port, workers=1, threads=8, when_ready=lambda: self._announce(port))

    def _refuse_beside_real_zones(self) -> None:
        """The demo brings log-ins whose password everybody knows: keep them away from a real zone's data."""
        real = Zone.objects.filter(is_synthetic=False).exclude(code=CODE).first()
        if real is not None:
            raise CommandError(
                _(
                    "The database holds the zone “%(zone)s”. The demo brings log-ins that everybody knows, "
                    "so it wants a database of its own: set ZONEWORKS_DATA to another folder."
                )
                % {"zone": real.name}
            )

    def _load(self) -> None:
        self.stdout.write(_("Loading the demo zones …"))
        self.stdout.flush()
        loaded = load_gaoyou()
        practice = load_practice()
        self.stdout.write(
            _("%(zone)s: told from three newspaper pages; what they leave open stays empty.")
            % {"zone": loaded.zone.name}
        )
        if loaded.is_new:
            self.stdout.write(
                _(
                    "%(count)d statements of the pages hold no number that could be counted, such as “ahead of "
                    "schedule” or “30th anniversary”: they stand among the printed numbers by their words."
                )
                % {"count": loaded.worded}
            )
        for wording in loaded.left_out:
            self.stdout.write(
                _("In a unit that no ledger keeps, so only in the note of its engagement: %(wording)s")
                % {"wording": wording}
            )
        self.stdout.write(
            _("%(zone)s: synthetic projects to practice on; they describe nobody.") % {"zone": practice.name}
        )

    def _announce(self, port: int | None) -> None:
        """Print where the demo is and who may log in."""
        lines = [""]
        if port is not None:
            lines.append(
                _("The demo is at %(address)s (Ctrl+C stops it).") % {"address": f"http://{HOST}:{port}/"}
            )
        lines.append(_("Log-ins, for this demo only:"))
        lines += [f"  {login.username:<12}{login.password:<14}{login.role_label}" for login in demo_logins()]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
