"""`zoneworks upgrade`: the database brought to this version, with a copy of what was there before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from zoneworks.site.management.terminal import OperatorCommand, told_of
from zoneworks.site.operating.upgrading import upgrade


class Command(OperatorCommand):
    help = (
        "Brings the database to this version without serving, as zoneworks serve does when it starts; "
        "what was there before is kept as an archive beside the data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-copy",
            action="store_true",
            help="Keep no archive of what is there: a backup was just made.",
        )

    def operate(self, **options: Any) -> None:
        done = upgrade(with_copy=not options["without_copy"])
        for line in told_of(done) or [_("The database is of this version.")]:
            self.stdout.write(line)
