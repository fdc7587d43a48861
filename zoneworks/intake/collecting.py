"""Files, folders and archives become texts one after the other; one that cannot be read never stops the others."""

from __future__ import annotations

import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from zoneworks.intake.readers.readable import NOTHING, Readable, UnreadableError
from zoneworks.intake.readers.reading import KINDS, OTHERS, read

LARGEST = 20 * 1024 * 1024
"""So many bytes a file may hold; a page of a newspaper has thirty thousand."""
MOST_MEMBERS = 20_000
_MOST_GROWTH = 200


@dataclass(frozen=True, slots=True)
class Collected:
    """One file: its name as it was given, and what was read of it, or what keeps it from being read.

    `mark` is the SHA-256 of its bytes, empty where they were not read.
    """

    name: str
    read: Readable = NOTHING
    error: str = ""
    mark: str = ""

    @property
    def text(self) -> str:
        """Return its text with line ends as \\n."""
        return self.read.text


def collect(paths: Iterable[Path]) -> Iterator[Collected]:
    """Give every file that the paths name, those of a folder in the order of their names, those of a zip in its own.

    A file whose bytes came before is passed over.
    """
    seen: set[bytes] = set()
    for path in paths:
        if path.is_dir():
            inner = sorted(each for each in path.rglob("*") if each.is_file() and _is_wanted(each.name))
            if not inner:
                said = _("“%(name)s” holds no file that is read here; these are: %(kinds)s.")
                yield Collected(str(path), error=said % {"name": path.name, "kinds": ", ".join(KINDS)})
            for each in inner:
                yield from _file(each, seen)
        else:
            yield from _file(path, seen)


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((*KINDS, *OTHERS, ".zip")) and not Path(name).name.startswith((".", "~$"))


def _file(path: Path, seen: set[bytes]) -> Iterator[Collected]:
    name = str(path)
    try:
        if path.suffix.lower() == ".zip":
            yield from _archive(path, seen)
        elif path.stat().st_size > LARGEST:
            yield Collected(name, error=_too_large(path.name, path.stat().st_size))
        else:
            yield from _read(name, path.read_bytes(), seen)
    except OSError as error:
        yield Collected(name, error=error.strerror or str(error))


def _archive(path: Path, seen: set[bytes]) -> Iterator[Collected]:
    try:
        with zipfile.ZipFile(path) as package:
            for number, member in enumerate(package.infolist()):
                if number >= MOST_MEMBERS:
                    said = _("“%(name)s” holds more than %(most)d files; the first of them were read.")
                    yield Collected(str(path), error=said % {"name": path.name, "most": MOST_MEMBERS})
                    return
                if not member.is_dir() and _is_wanted(member.filename):
                    yield from _member(path, package, member, seen)
    except (zipfile.BadZipFile, NotImplementedError):
        said = _("“%(name)s” is no archive that can be opened; make a new .zip of the files.")
        yield Collected(str(path), error=said % {"name": path.name})


def _member(
    path: Path, package: zipfile.ZipFile, member: zipfile.ZipInfo, seen: set[bytes]
) -> Iterator[Collected]:
    name = f"{path}!{_member_name(member)}"
    if member.flag_bits & 1:
        said = _("“%(name)s” opens with a password only; pack it without one.")
        yield Collected(name, error=said % {"name": _member_name(member)})
        return
    if name.lower().endswith(".zip"):
        said = _("“%(name)s” is an archive within an archive; unpack it first.")
        yield Collected(name, error=said % {"name": _member_name(member)})
        return
    grows = member.file_size > LARGEST or member.file_size > _MOST_GROWTH * max(member.compress_size, 1024)
    if grows:
        yield Collected(name, error=_too_large(_member_name(member), member.file_size))
        return
    try:
        with package.open(member) as opened:
            data = opened.read(LARGEST + 1)
    except (
        zipfile.BadZipFile,
        EOFError,
        OSError,
        RuntimeError,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
    ):
        said = _("“%(name)s” is damaged within its archive.")
        yield Collected(name, error=said % {"name": _member_name(member)})
        return
    if len(data) > LARGEST:
        yield Collected(name, error=_too_large(_member_name(member), len(data)))
        return
    yield from _read(name, data, seen)


def _member_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member as it was given: archives made in Chinese Windows do not say that it is GBK."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def _read(name: str, data: bytes, seen: set[bytes]) -> Iterator[Collected]:
    short = Path(name.rpartition("!")[2]).name
    mark = hashlib.sha256(data).digest()
    if mark in seen:
        return
    seen.add(mark)
    try:
        yield Collected(name, read(short, data), mark=mark.hex())
    except UnreadableError as error:
        yield Collected(name, error=str(error), mark=mark.hex())


def _too_large(name: str, size: int) -> str:
    said = _("“%(name)s” has %(size)s; at most %(limit)s are read. Split it by pages.")
    return said % {"name": name, "size": filesizeformat(size), "limit": filesizeformat(LARGEST)}
