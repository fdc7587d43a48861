"""`forget_contacts`: delete the contacts whose retention date has passed. Run it every night."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localdate

from zoneworks.organizations.services import forget_expired


class Command(BaseCommand):
    help = "Delete the contacts of organizations whose retention date has passed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", metavar="DATE", help="as if today were this day (2025-12-31); not later than today"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        on = localdate()
        if options["on"]:
            try:
                on = min(on, date.fromisoformat(options["on"]))
            except ValueError:
                raise CommandError(f"--on: {options['on']!r} is no date; write it like 2025-12-31") from None
        self.stdout.write(f"{forget_expired(on)} contacts forgotten")
