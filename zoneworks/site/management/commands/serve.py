"""`zoneworks serve`: the workbench on this machine's data."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from zoneworks.site.management.terminal import OperatorCommand, add_port, told_of
from zoneworks.site.operating.upgrading import upgrade
from zoneworks.site.serving import check_free, serve


class Command(OperatorCommand):
    help = "Brings the database up to date and serves the workbench."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="The address to listen on (127.0.0.1).")
        add_port(parser)
        parser.add_argument("--workers", type=int, default=2, help="Processes (2).")
        parser.add_argument("--threads", type=int, default=4, help="Threads in each process (4).")

    def operate(self, **options: Any) -> None:
        host, port = options["host"], options["port"]
        check_free(host, port)
        for line in told_of(upgrade()):
            self.stdout.write(line)

        def announce() -> None:
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
            self.stdout.write(_("Zoneworks is at %(address)s (Ctrl+C stops it).") % {"address": address})
            self.stdout.flush()

        serve(host, port, workers=options["workers"], threads=options["threads"], when_ready=announce)
