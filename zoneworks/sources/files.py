"""Files on their way out: always as a download, never opened in the page's own name."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from zoneworks.sources.uploads import MEDIA_TYPES


def download(file: Any, name: str) -> FileResponse:
    """Return `file` as a download called `name`; 404 when there is none."""
    ending = file.name.rpartition(".")[2].lower() if file else ""
    try:
        opened = file.open("rb") if file else None
    except FileNotFoundError:
        opened = None
    if opened is None:
        raise Http404(_("There is no file, or it is no longer where it was kept."))
    if ending and not name.lower().endswith(f".{ending}") and "." not in name[-6:]:
        name = f"{name}.{ending}"
    response = FileResponse(opened, as_attachment=True, filename=name)
    response["Content-Type"] = MEDIA_TYPES.get(ending, "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
