"""`zoneworks move ADDRESS`: the workbench's rows into a PostgreSQL, proven equal before they are kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zoneworks.site.management.terminal import OperatorCommand
from zoneworks.site.operating.moving import move


class Command(OperatorCommand):
    help = (
        "Fills an empty PostgreSQL with the rows of the workbench. Every row and every measure is compared before "
        "it is kept; the present database is only read. Stop the server before: what is recorded meanwhile stays "
        "behind."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="postgres://USER@HOST/DATABASE")
        parser.add_argument(
            "--replace", action="store_true", help="Empty a workbench that stands in that database."
        )

    def operate(self, **options: Any) -> None:
        done = move(options["address"], replace=options["replace"])
        for line in (
            _("Moved as of %(at)s: %(rows)d rows in %(tables)d tables, each compared.")
            % {"at": f"{localtime(done.as_of):%Y-%m-%d %H:%M:%S}", "rows": done.rows, "tables": done.tables},
            _("%(count)d readings of measures are equal before and after.") % {"count": done.readings},
            _("What is recorded after that instant is not in it: stop the server before you move for good."),
            _("Files stay where they are. Now set DATABASE_URL to that address and start the server."),
            _("Everybody logs in anew. Then run: zoneworks doctor"),
        ):
            self.stdout.write(line)
