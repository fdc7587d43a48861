"""Nothing twice: a write that is sent again with its key is answered from what it did the first time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.api.models import CarriedOut
from zoneworks.api.problems import Problem

KEPT = timedelta(days=2)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@transaction.atomic
def once(request: Any, write: Callable[[], int]) -> tuple[int, bool]:
    """Return the number of the row that `write` makes, and whether it had been made before.

    All or nothing: what fails is not remembered, so that it can be sent again. Of two that come at the same time the
    second waits for the first.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return write(), False
    if not _KEY.fullmatch(key):
        detail = _("Idempotency-Key: write 1 to 200 letters, digits or signs without blanks.")
        raise Problem(400, "unreadable_key", detail)
    plain = request._request
    of_request = {"zone": plain.zone, "user": plain.user, "key": key}
    CarriedOut.objects.filter(at__lt=now() - KEPT).delete()
    try:
        with transaction.atomic():
            kept = CarriedOut.objects.create(**of_request, fingerprint=fingerprint(request))
    except IntegrityError:
        kept = CarriedOut.objects.get(**of_request)
        if kept.fingerprint != fingerprint(request) or kept.row is None:
            detail = _("Idempotency-Key: it stands for another request. Take a new key for each one.")
            raise Problem(422, "key_taken", detail)
        return kept.row, True
    kept.row = write()
    kept.save(update_fields=["row"])
    return kept.row, False


def fingerprint(request: Any) -> str:
    """Return the mark of what is asked: the address and what was sent, however it was spaced."""
    said = json.dumps(request.data, ensure_ascii=True, sort_keys=True)
    return sha256(f"{request.method} {request.path}\n{said}".encode()).hexdigest()
