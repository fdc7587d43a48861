"""Files that people bring: what may come in, and whether a file is what its name says."""

from __future__ import annotations

import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from zoneworks.sources import pictures
from zoneworks.sources.activity import Activity, activity_in

MAX_NAME = 120
MAX_TEXT = 500_000
"""The longest text of a document, in characters."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "ofd": "application/ofd",
    "txt": "text/plain",
    "csv": "text/csv",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "tif": "image/tiff",
    "tiff": "image/tiff",
}
"""What may come in, by the ending of its name. Nothing here is run by a browser that opens it."""

MOST_BYTES = {"txt": 4 << 20, "csv": 16 << 20}
"""Kinds that are read as a whole, with the most of them that is read."""
MOST_MEMBERS = 10_000
MOST_UNPACKED = 300 << 20
"""What a package may hold: a few kilobytes can unpack to as much as a disk."""

ACCEPT = ",".join(f".{ending}" for ending in MEDIA_TYPES)
_ZIP_MEMBERS = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "ods": "content.xml",
    "pptx": "ppt/presentation.xml",
    "ofd": "OFD.xml",
}
_STREAMS = {"doc": ("WordDocument",), "xls": ("Workbook", "Book"), "ppt": ("PowerPoint Document",)}
_TYPES = "[Content_Types].xml"
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    # Also of parts behind a password (RuntimeError) and packed in a way that is not known (NotImplementedError).
    RuntimeError,
    ValueError,
    OSError,
)
"""What reading a damaged package raises, by the ways in which its parts may be packed."""
_VBA = "_VBA_PROJECT".encode("utf-16-le")
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_SAME = {"jpeg": "jpg", "tiff": "tif"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_HIDDEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Checked:
    """An upload that is what its name says. `size` in bytes."""

    file: File[Any]
    name: str
    extension: str
    media_type: str
    size: int
    sha256: str

    @property
    def stored_name(self) -> str:
        """Return the name under which it is kept: none that a person chose."""
        return f"{self.sha256[:32]}.{self.extension}"

    def text(self) -> str | None:
        """Return what a text file says, or nothing for another kind of file."""
        if self.extension not in {"txt", "csv"}:
            return None
        return as_text(_content(self.file), self.name)


def check(upload: File[Any]) -> Checked:
    """Return `upload` with sum and clean name; `ValidationError` names the file and what would be right."""
    name = clean_name(upload.name or "")
    size = upload.size or 0
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    most = min(settings.MAX_UPLOAD_BYTES, MOST_BYTES.get(extension, settings.MAX_UPLOAD_BYTES))
    if size > most:
        raise _refused(
            _(
                "“%(name)s” has %(size)s; at most %(limit)s are taken. "
                "Split it, or scan it at a lower resolution."
            ),
            name,
            size=filesizeformat(size),
            limit=filesizeformat(most),
        )
    if size == 0:
        raise _refused(
            _("“%(name)s” is empty. Choose the file again; perhaps it was still being written."), name
        )
    if extension not in MEDIA_TYPES:
        raise _refused(
            _("“%(name)s” is of a kind that is not taken. Taken are: %(kinds)s."),
            name,
            kinds=", ".join(MEDIA_TYPES),
        )
    _check_content(upload, name, _SAME.get(extension, extension))
    return Checked(upload, name, extension, MEDIA_TYPES[extension], size, _sum(upload))


def clean_name(name: str) -> str:
    """Return the name of a file without folders and hidden signs, at most 120 characters, its ending kept.

    >>> clean_name("C:\\\\scans\\\\合同 （盖章）.PDF"), clean_name("../../etc/pass\\u202ewd")
    ('合同 （盖章）.PDF', 'passwd')
    """
    last = re.split(r"[\\/]", _HIDDEN.sub("", unicodedata.normalize("NFC", name)))[-1].strip(" .")
    stem, dot, ending = last.rpartition(".")
    if dot and len(last) > MAX_NAME:
        return f"{stem[: MAX_NAME - len(ending[:10]) - 1]}.{ending[:10]}"
    return last[:MAX_NAME] or "file"


def as_text(content: bytes, name: str) -> str:
    """Return the text of `content`: UTF-8, UTF-16 with a mark, or GB 18030; line ends become \\n.

    >>> as_text("高邮".encode("gb18030"), "a.txt"), as_text(b"\\xef\\xbb\\xbfa\\r\\nb", "a.txt")
    ('高邮', 'a\\nb')
    """
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            if not _CONTROLS.search(text):
                return plain(text)
    raise _refused(
        _(
            "“%(name)s” cannot be read as text. "
            "Save it as a text file in UTF-8 or GB 18030 and choose it again."
        ),
        name,
    )


def plain(text: str) -> str:
    """Return `text` with every line end as \\n: a form sends \\r\\n, and passages count characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_content(upload: File[Any], name: str, extension: str) -> None:
    head = b"".join(_chunks(upload, 4096))
    if extension in {"txt", "csv"}:
        if looks_like(head):
            raise _not_what_it_says(name, extension, head)
        as_text(_content(upload), name)
    elif extension in _ZIP_MEMBERS:
        _check_package(upload, name, extension, head)
    elif extension in _STREAMS:
        wanted = [stream.encode("utf-16-le") for stream in _STREAMS[extension]]
        if not head.startswith(_COMPOUND) or not _holds(upload, wanted):
            raise _not_what_it_says(name, extension, head)
        if _holds(upload, [_VBA]):
            raise _with_macros(name)
    elif not _SIGNS[extension](head):
        raise _not_what_it_says(name, extension, head)
    elif extension == "pdf":
        _check_activity(upload, name)
    else:
        _check_pixels(upload, name, extension)


def _check_activity(upload: File[Any], name: str) -> None:
    """Refuse a PDF that does more than being read."""
    messages = {
        Activity.SCRIPT: _(
            "“%(name)s” holds scripts, which are not taken. Print it into a new PDF and choose that."
        ),
        Activity.PROGRAM: _(
            "“%(name)s” starts programs when it is opened, so it is not taken. Print it into a new PDF and choose that."
        ),
        Activity.FILE: _(
            "“%(name)s” carries files of other kinds inside, which are not taken. Choose these by themselves, and the "
            "pages printed into a new PDF."
        ),
        Activity.UNCLEAR: _(
            "“%(name)s” could not be looked through, since it is built of too many parts. Print it into a new PDF and "
            "choose that."
        ),
    }
    if found := activity_in(_content(upload)):
        raise _refused(messages[found], name)


def _check_pixels(upload: File[Any], name: str, extension: str) -> None:
    """Refuse a picture that would cost whoever looks at it the memory of their browser."""
    try:
        size = pictures.size_of(upload, extension)
    except pictures.EndlessHeadError as error:
        raise _refused(
            _(
                "“%(name)s” holds so much before its size that the size cannot be read. Open it and save it as a new "
                "picture."
            ),
            name,
        ) from error
    if size is not None and size[0] * size[1] > pictures.MOST_PIXELS:
        raise _refused(
            _(
                "“%(name)s” is %(width)d × %(height)d pixels large; at most %(most)d million are taken. Save it at "
                "a lower resolution."
            ),
            name,
            width=size[0],
            height=size[1],
            most=pictures.MOST_PIXELS // 1_000_000,
        )


def _check_package(upload: File[Any], name: str, extension: str, head: bytes) -> None:
    """Refuse a package without its main part, one with macros, and one behind a password."""
    if head.startswith(_COMPOUND):
        raise _refused(
            _(
                "“%(name)s” is protected by a password, or an older file under a newer name. "
                "Save it again without one."
            ),
            name,
        )
    try:
        upload.seek(0)
        with zipfile.ZipFile(upload) as package:
            members = set(package.namelist())
            _check_unpacked(package, name)
            types = package.read(_TYPES).lower() if _TYPES in members else b""
    except _DAMAGED:
        raise _not_what_it_says(name, extension, head)
    if _ZIP_MEMBERS[extension] not in members:
        raise _not_what_it_says(name, extension, head)
    has_part = any(member.lower().endswith("vbaproject.bin") or _is_script(member) for member in members)
    if has_part or b"macroenabled" in types or b"vbaproject" in types:
        raise _with_macros(name)


def _is_script(member: str) -> bool:
    """Tell whether a part holds the macros of an OpenDocument file."""
    return member.startswith(("Basic/", "Scripts/")) and not member.endswith(("/", "-lc.xml", "-lb.xml"))


def _check_unpacked(package: zipfile.ZipFile, name: str) -> None:
    """Refuse a package that unpacks to too much, and one whose parts are not as large as they say."""
    parts = package.infolist()
    if len(parts) > MOST_MEMBERS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _refused(
            _("“%(name)s” unpacks to more than %(limit)s, which no document needs. It is not taken."),
            name,
            limit=filesizeformat(MOST_UNPACKED),
        )
    if package.testzip() is not None:
        raise zipfile.BadZipFile


def _with_macros(name: str) -> ValidationError:
    return _refused(_("“%(name)s” holds macros, which are not taken. Save it without macros."), name)


_SIGNS: dict[str, Callable[[bytes], bool]] = {
    "pdf": lambda head: b"%PDF-" in head[:1024],
    "jpg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "gif": lambda head: head.startswith((b"GIF87a", b"GIF89a")),
    "tif": lambda head: head.startswith((b"II*\0", b"MM\0*")),
    "webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    "heic": lambda head: head[4:8] == b"ftyp" and head[8:12] in _HEIC,
}
"""The sure signs of the kinds that are known by their first bytes."""

_OTHERS: dict[str, Callable[[bytes], bool]] = {
    "zip": lambda head: head.startswith(b"PK\x03\x04"),
    "doc": lambda head: head.startswith(_COMPOUND),
    "exe": lambda head: head.startswith((b"MZ", b"\x7fELF")) and b"\0" in head[:64],
    "rar": lambda head: head.startswith(b"Rar!\x1a\x07"),
    "7z": lambda head: head.startswith(b"7z\xbc\xaf\x27\x1c"),
    "html": lambda head: head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")),
}
"""Kinds that are named in a refusal, beside those that are taken."""


def _not_what_it_says(name: str, extension: str, head: bytes) -> ValidationError:
    looks = looks_like(head)
    if looks and looks != extension:
        return _refused(
            _(
                "“%(name)s” is not what its name says: it looks like .%(looks)s. "
                "Give it its right ending, or choose the .%(extension)s file itself."
            ),
            name,
            looks=looks,
            extension=extension,
        )
    return _refused(
        _(
            "“%(name)s” is not what its name says: its content is no .%(extension)s file, or is damaged. "
            "Choose the right file."
        ),
        name,
        extension=extension,
    )


def looks_like(head: bytes) -> str:
    """Return the ending of the kind that the first bytes are a sure sign of, or nothing."""
    for ending, is_so in (*_SIGNS.items(), *_OTHERS.items()):
        if is_so(head):
            return ending
    return ""


def _refused(message: str, name: str, **values: object) -> ValidationError:
    return ValidationError(message % {"name": name, **values}, code="upload")


def _chunks(file: File[Any], limit: int | None = None) -> Iterator[bytes]:
    file.seek(0)
    source: IO[bytes] = file
    if limit is not None:
        yield source.read(limit)
    else:
        while chunk := source.read(1 << 20):
            yield chunk
    file.seek(0)


def _content(file: File[Any]) -> bytes:
    return b"".join(_chunks(file))


def _sum(file: File[Any]) -> str:
    found = sha256()
    for chunk in _chunks(file):
        found.update(chunk)
    return found.hexdigest()


def _holds(file: File[Any], wanted: list[bytes]) -> bool:
    """Say whether one of `wanted` stands anywhere in the file."""
    tail = b""
    for chunk in _chunks(file):
        if any(one in tail + chunk for one in wanted):
            return True
        tail = chunk[-64:]
    return False
