"""What the commands of the workbench share: they speak the language of the terminal."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from zoneworks.site.operating.troubles import OperatingError
from zoneworks.site.operating.upgrading import Upgraded, refuse_other_version

HIGHEST_PORT = 65_535


def terminal_language() -> str:
    """Return the language that the terminal asks for: Chinese for a Chinese locale, else English."""
    wanted = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh-hans" if wanted.lower().startswith("zh") else "en"


class TerminalCommand(BaseCommand):
    """A command that answers in the language of the terminal."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override(terminal_language()):
            return super().execute(*args, **options)


class DataCommand(TerminalCommand):
    """A command that reads or writes the records; it says so when the database is of another version, or empty."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override(terminal_language()):
            try:
                refuse_other_version()
            except OperatingError as error:
                raise CommandError(str(error)) from error
        return super().execute(*args, **options)


def add_port(parser: CommandParser) -> None:
    """Let a command listen on a port of the reader's choice."""
    parser.add_argument("--port", type=_port, default=8000, help="The port to listen on (8000).")


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= HIGHEST_PORT:
        raise ValueError
    return port


_port.__name__ = f"port from 1 to {HIGHEST_PORT}"  # argparse names it in its message


class OperatorCommand(TerminalCommand):
    """A command for the one who operates the machine; what stands in its way is one sentence, not a stack."""

    def operate(self, **options: Any) -> None:
        """Do what the command is for."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.operate(**options)
        except OperatingError as error:
            raise CommandError(str(error)) from error


def told_of(done: Upgraded) -> list[str]:
    """Return the lines that tell of an upgrade; none when there was nothing to bring up."""
    if not done.migrations or done.was_empty:
        return []
    names = ", ".join(".".join(node) for node in done.migrations)
    said = [_("The database was brought to this version: %(names)s") % {"names": names}]
    if done.copy:
        said.append(
            _("What was there before, for the earlier version: zoneworks restore %(path)s")
            % {"path": done.copy}
        )
    return said
