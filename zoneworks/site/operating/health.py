"""`/health/`: whether the workbench works, for a machine that asks. It tells strangers neither versions nor places."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zoneworks.site.operating import files, schema

LEAST_ROOM = 100_000_000


@never_cache
@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, has every migration, and the disk can be written; else 503."""
    applied = _applied()
    said = {
        "database": applied is not None,
        "migrations": applied is not None and schema.known() <= applied,
        "disk": _has_room(),
    }
    is_well = all(said.values())
    words = {name: "ok" if holds else "fault" for name, holds in said.items()}
    return JsonResponse({"status": "ok" if is_well else "fault", **words}, status=200 if is_well else 503)


def _applied() -> frozenset[schema.Node] | None:
    """Return the migrations that the database has, or nothing when it does not answer."""
    try:
        return schema.applied()
    except Exception:
        return None  # why, the doctor says


def _has_room() -> bool:
    try:
        folders = [Path(settings.DATA), *([files.root()] if files.root().exists() else [])]
        return all(
            os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= LEAST_ROOM for folder in folders
        )
    except OSError:
        return False
