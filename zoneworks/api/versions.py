"""Saying which version one changes: the ETag that was read comes back as `If-Match`."""

from __future__ import annotations

from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from zoneworks.api.problems import Problem


def check_version(request: Any, mark: str) -> None:
    """Raise the problem when the request does not say which version it changes, or another than `mark`."""
    said = request.headers.get("If-Match")
    if said is None:
        detail = _(
            "Send the ETag of the row that you read as “If-Match”, so that you overwrite nobody's change."
        )
        raise Problem(428, "no_version", detail)
    etags = parse_etags(said)
    if "*" in etags or any(etag.startswith(f'"{mark}-') for etag in etags):
        return
    raise Problem(412, "stale", _("Read the row again, look at what has changed, and send your change anew."))
