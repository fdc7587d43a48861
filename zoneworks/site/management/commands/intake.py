"""`zoneworks intake`: what pages, minutes and notices tell, printed; no ledger is touched and no database asked."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.intake.collecting import Collected, collect
from zoneworks.intake.extractors.choosing import CHOICES, Reader, reader
from zoneworks.intake.extractors.configuration import ConfigurationError
from zoneworks.intake.extractors.telling import compared_lines, made_lines
from zoneworks.intake.placing import add_places
from zoneworks.intake.readers.reading import is_foreign
from zoneworks.site.management.terminal import TerminalCommand


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a day is written as 2024-05-24") from None


class Command(TerminalCommand):
    help = (
        "Reads pages, minutes and notices and prints what they tell: projects, engagements, numbers, people."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths",
            nargs="+",
            type=Path,
            metavar="PATH",
            help="Files, folders, zip archives.",
        )
        parser.add_argument(
            "--issue-date", type=_day, help="The day on which they were printed, as 2024-05-24."
        )
        parser.add_argument("--zone", default="", help="The zone whose pages they are.")
        parser.add_argument(
            "--extractor",
            choices=CHOICES,
            default=CHOICES[0],
            help="Who reads: the rules, the configured endpoint, or both beside each other.",
        )
        parser.add_argument("--json", action="store_true", help="Print everything as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        refused: list[Collected] = []
        try:
            reading = reader(options["extractor"], settings.EXTRACTOR)
        except ConfigurationError as error:
            raise CommandError(str(error)) from None
        read = self._documents(reading, options, refused)
        if options["json"]:
            self._print_json(read, options["zone"], refused)
        else:
            for document in read:
                self._print(document)
        for each in refused:
            self.stderr.write(f"{each.name}: {each.error}")
        if refused:
            said = ngettext("%(count)d file was not read.", "%(count)d files were not read.", len(refused))
            raise CommandError(said % {"count": len(refused)})

    def _documents(
        self, reading: Reader, options: dict[str, Any], refused: list[Collected]
    ) -> Iterator[dict[str, Any]]:
        for each in collect(options["paths"]):
            if each.error:
                refused.append(each)
                continue
            document = reading(each.text, options["issue_date"], each.name)
            document["encoding"] = each.read.encoding or None
            _tell(document, each)
            if "comparison" not in document:
                add_places(document, each.read)
            yield document

    def _print_json(self, read: Iterator[dict[str, Any]], zone: str, refused: list[Collected]) -> None:
        """Print one document after the other, so that thousands of files are never held at once."""
        self.stdout.write(f'{{"zone": {json.dumps(zone or None, ensure_ascii=False)}, "documents": [')
        first = True
        for document in read:
            self.stdout.write(("" if first else ",\n") + json.dumps(document, ensure_ascii=False), ending="")
            first = False
        problems = [{"file": each.name, "error": each.error} for each in refused]
        self.stdout.write(f'\n], "not_read": {json.dumps(problems, ensure_ascii=False)}}}')

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"== {document['file']}")
        for note in filter(None, (document.get("note"), *document.get("notes", ()))):
            self.stdout.write(f"   ({note})")
        if "comparison" in document:
            for line in compared_lines(document):
                self.stdout.write(line)
            return
        for article in document["articles"]:
            title = article["title"] or _("(no headline)")
            self.stdout.write(f"{article['date'] or '–'}  {title}")
            for label, told in _told(article):
                self.stdout.write(f"  {label}: {' · '.join(filter(None, told))}")
        for line in made_lines(document):
            self.stdout.write(line)


def _tell(document: dict[str, Any], each: Collected) -> None:
    """Say beside a document what of its file was not read."""
    read = each.read
    if read.damaged and read.encoding:
        said = _("%(count)d signs could not be read as %(encoding)s.")
        document["note"] = said % {"count": read.damaged, "encoding": read.encoding}
    notes = list(read.notes)
    if read.damaged and not read.encoding:
        notes.append(_("%(count)d signs have no meaning in the file's own fonts.") % {"count": read.damaged})
    if is_foreign(read.text):
        notes.append(_("The text is not Chinese; only Chinese texts are understood."))
    if notes:
        document["notes"] = notes


def _told(article: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Give what an article tells, a line each: what it is, and what is said of it."""
    for project in article["projects"]:
        yield _("project"), [project["name"], project["investor"] or "", ", ".join(project["events"])]
    for held in article["engagements"]:
        places = "、".join(held["places"])
        yield _("engagement"), [held["kind"], held["date"] or "", held["lead_person"] or "", places]
    for claim in article["claims"]:
        yield _("number"), [claim["indicator"], claim["evidence"]]
    for person in article["people"]:
        yield _("person"), [person["name"], person["title"] or ""]
    for body in article["organizations"]:
        yield _("organization"), [body["name"]]
    for duty in article["duties"]:
        addressee = f"→ {duty['addressee']}" if duty["addressee"] else ""
        yield _("duty"), [duty["who"] or "", duty["due"] or "", duty["what"], addressee]
