"""The archive of a backup: one zip file, what it holds written down in it with the sum of each part.

    manifest.json      what this is: format, version, migrations, rows, the parts with size and SHA-256
    database.sqlite3   the database, or
    rows/*.jsonl       its rows, a file for each table
    files/…            documents and attachments, as they lie in their folder
    secret-key         only when it was asked for

The sum of the manifest is the comment of the zip file: what was cut off or changed anywhere is noticed.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from zoneworks.site.operating.places import CHUNK
from zoneworks.site.operating.troubles import OperatingError

FORMAT = 1
"""Raised when an older version could no longer read what this one writes."""
MANIFEST = "manifest.json"
DATABASE = "database.sqlite3"
KEY = "secret-key"
FILES = "files/"
ROWS = "rows/"
LARGEST_MANIFEST = 200_000_000
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What reading a damaged zip file raises."""
_DAY = (1980, 1, 1, 0, 0, 0)  # times of the parts say nothing; the manifest says when


@dataclass(frozen=True, slots=True)
class Part:
    """One file in the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself. `tables` counts rows; `missing` and `damaged` name files at their writing."""

    made_at: str
    version: str
    kind: str
    migrations: tuple[tuple[str, str], ...]
    tables: Mapping[str, int]
    parts: tuple[Part, ...]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    with_key: bool = False
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    format: int = FORMAT

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)

    @property
    def files(self) -> dict[str, Part]:
        """Return the documents and attachments by their place in the folder of files."""
        return {part.name[len(FILES) :]: part for part in self.parts if part.name.startswith(FILES)}

    @property
    def size(self) -> int:
        """Return how many bytes the parts have together, unpacked."""
        return sum(part.size for part in self.parts)


def _read_manifest(text: bytes, name: str) -> Manifest:
    """Return the manifest that `text` holds; refuse a newer format before anything else is looked at."""
    try:
        said: dict[str, Any] = json.loads(text)
        written_as = int(said["format"])
    except (ValueError, KeyError, TypeError):
        raise _damaged(name, _("its manifest cannot be read"))
    if written_as > FORMAT:
        raise OperatingError(
            _(
                "%(name)s was written in format %(format)d by version %(version)s; this version reads up to "
                "format %(known)d. Install the newer version first. Nothing was changed."
            )
            % {"name": name, "format": written_as, "version": said.get("version", "?"), "known": FORMAT}
        )
    try:
        return Manifest(
            **{
                **said,
                "migrations": tuple((app, migration) for app, migration in said["migrations"]),
                "parts": tuple(Part(**part) for part in said["parts"]),
                "columns": {label: tuple(columns) for label, columns in said["columns"].items()},
                "missing": tuple(said["missing"]),
                "damaged": tuple(said["damaged"]),
            }
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged(name, _("its manifest cannot be read"))


def _damaged(name: str, why: str) -> OperatingError:
    return OperatingError(
        _("%(name)s is no whole backup: %(why)s. Take another one; nothing was changed.")
        % {"name": name, "why": why}
    )


class ArchiveWriter:
    """Writes the parts of an archive, and its manifest last."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self.parts: list[Part] = []

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *about: object) -> None:
        if about[0] is not None:
            with suppress(OSError, ValueError):  # what is broken off is thrown away
                self._zip.close()

    @contextmanager
    def part(self, name: str, *, packed: bool = True) -> Iterator[SummingWriter]:
        """Give a writer for the part `name`; photos and PDF files gain nothing from packing."""
        info = zipfile.ZipInfo(name, _DAY)
        info.external_attr = 0o600 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with self._zip.open(info, "w", force_zip64=True) as into:
            writer = SummingWriter(into)
            yield writer
        self.parts.append(Part(name, writer.size, writer.sum.hexdigest()))

    def add_file(self, name: str, source: IO[bytes], *, packed: bool = True) -> Part:
        """Copy an open file into the archive."""
        with self.part(name, packed=packed) as into:
            while chunk := source.read(CHUNK):
                into.write(chunk)
        return self.parts[-1]

    def close(self, manifest: Manifest) -> None:
        """Write the manifest and the end of the archive."""
        said = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        with self.part(MANIFEST) as into:
            into.write(said)
        self._zip.comment = sha256(said).hexdigest().encode()
        self._zip.close()


class SummingWriter:
    """Passes bytes on, and knows their number and their sum."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self.size = 0
        self.sum = sha256()

    def write(self, content: bytes) -> None:
        self._into.write(content)
        self.size += len(content)
        self.sum.update(content)


class Archive:
    """An archive to read. Opening it checks its manifest; `verify` reads every byte."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN:
            raise _damaged(path.name, _("it is no zip file, or its end is missing"))
        try:
            self.manifest = self._checked_manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_about: object) -> None:
        self._zip.close()

    def _checked_manifest(self) -> Manifest:
        name = self.path.name
        try:
            size = self._zip.getinfo(MANIFEST).file_size
            said = self._zip.read(MANIFEST) if size <= LARGEST_MANIFEST else b""
        except _BROKEN:
            raise _damaged(name, _("it has no manifest that can be read"))
        if sha256(said).hexdigest().encode() != self._zip.comment:
            raise _damaged(name, _("its manifest was changed"))
        manifest = _read_manifest(said, name)
        for part in manifest.parts:
            if not is_plain(part.name):
                raise _damaged(
                    name, _("it names a file outside of its folder: %(part)s") % {"part": part.name}
                )
        held = sorted(self._zip.namelist())
        if held != sorted([MANIFEST, *(part.name for part in manifest.parts)]):
            raise _damaged(name, _("it does not hold what its manifest names"))
        return manifest

    def verify(self) -> None:
        """Read every part and compare its size and sum with the manifest; `OperatingError` names what differs."""
        for part in self.manifest.parts:
            for _chunk in self._chunks(part):
                pass

    def extract(self, part: Part, target: Path) -> None:
        """Write a part to the new file `target`, checked while it is written."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with target.open("xb") as into:
            for chunk in self._chunks(part):
                into.write(chunk)

    def lines(self, part: Part) -> Iterator[bytes]:
        """Yield the lines of a part; the last one comes only when the whole is as the manifest says."""
        rest = b""
        for chunk in self._chunks(part):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            yield rest

    def _chunks(self, part: Part) -> Iterator[bytes]:
        found, size = sha256(), 0
        try:
            with self._zip.open(part.name) as source:
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    if size > part.size:
                        break
                    found.update(chunk)
                    yield chunk
        except _BROKEN:
            raise _damaged(self.path.name, _("%(part)s cannot be read") % {"part": part.name})
        if size != part.size or found.hexdigest() != part.sha256:
            raise _damaged(self.path.name, _("%(part)s is not what was written") % {"part": part.name})


def is_plain(name: str) -> bool:
    """Say whether a name stays inside of the folder in which it is unpacked.

    >>> is_plain("files/documents/2024/a.pdf"), is_plain("files/../../etc/passwd"), is_plain("/etc/passwd")
    (True, False, False)
    """
    path = PurePosixPath(name)
    parts = name.split("/")
    is_inside = not path.is_absolute() and not any(part in {"", ".", ".."} for part in parts)
    return (
        is_inside
        and "\\" not in name
        and "\0" not in name
        and not any(part.startswith(".") for part in parts)
    )
