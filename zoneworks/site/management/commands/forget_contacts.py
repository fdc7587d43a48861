"""`zoneworks forget_contacts`: the contacts whose retention date has passed, deleted now.

The worker of the background jobs does it every hour; the command is for who wants it at once, or runs no worker.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.organizations.services import forget_expired
from zoneworks.site.management.terminal import DataCommand


class Command(DataCommand):
    help = "Deletes the contacts of organizations whose retention date has passed; the worker does it every hour, too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", metavar="DATE", help="As if today were this day (2025-12-31); not later than today."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = forget_expired(_day(options["on"]))
        said = ngettext("%(count)d contact is forgotten.", "%(count)d contacts are forgotten.", count)
        self.stdout.write(said % {"count": count})


def _day(text: str | None) -> date:
    try:
        return min(localdate(), date.fromisoformat(text)) if text else localdate()
    except ValueError as error:
        said = _("--on: “%(text)s” is no date. Write it like 2025-12-31.")
        raise CommandError(said % {"text": str(text)[:40]}, returncode=2) from error
