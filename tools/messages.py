"""Keeps the Chinese catalogs complete: each app has its own, and the message ids are the English texts.

python tools/messages.py --check      fail on what is missing, empty, fuzzy, unused or has other placeholders
python tools/messages.py --update     add new texts to the catalogs, drop unused ones
python tools/messages.py --compile    write the .mo files that Django reads; needs no gettext binaries
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "zoneworks"
LANGUAGE = "zh_Hans"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SKIPPED = {"tests", "migrations", "locale", "static"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|(?<![%\d])%[sd]")

Key = tuple[str | None, str]
"""Context and message id; of a plural the singular."""


def apps() -> list[Path]:
    """Return the folders of the apps in order."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def catalog_path(app: Path) -> Path:
    """Return where the catalog of `app` lies."""
    return app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def extracted(app: Path) -> Catalog:
    """Return every text that the code and the templates of `app` mark for translation."""
    found = Catalog(locale=LANGUAGE)
    for path in sorted(app.rglob("*")):
        inside = path.relative_to(app)
        if SKIPPED & set(inside.parts[:-1]) or not path.is_file():
            continue
        if path.suffix == ".py":
            _add(found, path, path.read_bytes())
        elif "templates" in inside.parts and path.suffix in {".html", ".txt"}:
            _add(found, path, _as_python(path))
    return found


def _as_python(template: Path) -> bytes:
    """Return the marked texts of a template as calls that the extractor of Python reads."""
    from django.utils.translation.template import templatize

    calls = templatize(template.read_text(encoding="utf-8"), origin=str(template))
    # The indentation of a template is none of Python; each line stays on its number.
    return "\n".join(line.lstrip() for line in calls.split("\n")).encode()


def _add(found: Catalog, path: Path, source: bytes) -> None:
    where = path.relative_to(ROOT).as_posix()
    options = {"encoding": "utf-8"}
    for line, text, comments, context in extract(
        "python", io.BytesIO(source), KEYWORDS, ("Translators:",), options
    ):
        if text and text != "":
            found.add(text, locations=[(where, line)], auto_comments=comments, context=context)


def stored(app: Path) -> Catalog:
    """Return the catalog of `app` as it lies on disk, empty when there is none."""
    path = catalog_path(app)
    if not path.exists():
        return Catalog(
            locale=LANGUAGE,
            domain="django",
            header_comment="# Chinese texts of Zoneworks.",
            project="Zoneworks",
            version="1",
            msgid_bugs_address="-",
            last_translator="Zoneworks",
            language_team="Zoneworks",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def key_of(message: Message) -> Key:
    """Return by what a message is looked up."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def by_key(catalog: Catalog) -> dict[Key, Message]:
    """Return the messages of a catalog, without its header."""
    return {key_of(message): message for message in catalog if message.id}


def texts(value: str | Iterable[str]) -> list[str]:
    """Return the forms of an id or a translation: one, or one for each number."""
    return [value] if isinstance(value, str) else list(value)


def problems(app: Path) -> Iterator[str]:
    """Yield what is wrong with the catalog of `app`, a line for each."""
    wanted, there = by_key(extracted(app)), by_key(stored(app))
    name = catalog_path(app).relative_to(ROOT)
    for key, message in wanted.items():
        place = ":".join(map(str, message.locations[0]))
        if key not in there:
            yield f"{name}: missing “{key[1]}” ({place})"
    for key, message in there.items():
        if key not in wanted:
            yield f"{name}: no code uses “{key[1]}”"
        elif "fuzzy" in message.flags:
            yield f"{name}: fuzzy “{key[1]}”"
        elif not all(texts(message.string)):
            yield f"{name}: no translation of “{key[1]}”"
        elif strange := _strange_placeholders(message):
            yield f"{name}: other placeholders in the translation of “{key[1]}”: {strange}"


def _strange_placeholders(message: Message) -> str:
    """Return the placeholders that only one side has; a plural may leave out its number."""
    allowed = [set(PLACEHOLDER.findall(text)) for text in texts(message.id)]
    every = set().union(*allowed)
    for text in texts(message.string):
        used = set(PLACEHOLDER.findall(text))
        if used not in allowed and used != every:
            return ", ".join(sorted(str(each) for each in used ^ every))
    return ""


def check() -> int:
    """Print every problem; return 1 when there is one."""
    found = [line for app in apps() for line in problems(app)]
    for line in found:
        print(line)
    count = sum(len(by_key(stored(app))) for app in apps())
    print(f"{len(found)} problems, {count} texts in {len(apps())} apps")
    return 1 if found else 0


def update() -> int:
    """Bring the catalogs up to date with the code; what is translated stays."""
    for app in apps():
        wanted, catalog = extracted(app), stored(app)
        new, old = by_key(wanted), by_key(catalog)
        added = [message for key, message in new.items() if key not in old]
        dropped = [message for key, message in old.items() if key not in new]
        for message in dropped:
            catalog.delete(message.id, message.context)
        for message in added:
            catalog.add(message.id, context=message.context, auto_comments=message.auto_comments)
        if added or dropped:
            path = catalog_path(app)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_written(catalog))
            print(f"{path.relative_to(ROOT)}: {len(added)} added, {len(dropped)} dropped")
    return 0


def _written(catalog: Catalog) -> bytes:
    """Return the text of a catalog in a steady order and without its dates, so that two branches merge."""
    file = io.BytesIO()
    write_po(file, catalog, no_location=True, width=110, sort_output=True)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(
        line for line in lines if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date'))
    )


def compile_all() -> int:
    """Write the compiled catalogs beside their sources."""
    for app in apps():
        path = catalog_path(app)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, stored(app))
    return 0


def main() -> int:
    """Do what the arguments name; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--check", action="store_const", dest="run", const=check)
    wanted.add_argument("--update", action="store_const", dest="run", const=update)
    wanted.add_argument("--compile", action="store_const", dest="run", const=compile_all)
    run = parser.parse_args().run
    return int(run())


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)  # reading templates needs settings, none of ours
    django.setup()
    sys.exit(main())
