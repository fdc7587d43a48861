"""The first address: what there is to read and to write."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response

from zoneworks.api.asking import Parameter
from zoneworks.api.rows import href
from zoneworks.api.views import ApiView
from zoneworks.kit.access import is_staff
from zoneworks.kit.registry import faces, ledgers


class Index(ApiView):
    """Lists the ledgers that the person may open, the kinds of facts, and where the measures are."""

    def parameters(self) -> tuple[Parameter, ...]:
        return ()

    def get(self, request: Any, **kwargs: Any) -> Response:
        self.asked()
        opened = [ledger for ledger in ledgers if ledger.is_granted(self.plain, "view")]
        models = {ledger.model for ledger in opened}
        return Response(
            {
                "zone": {"code": self.zone.code, "name": self.zone.name},
                "ledgers": [
                    {
                        "key": ledger.slug,
                        "label": ledger.label_plural(),
                        "description": str(ledger.description),
                        "href": href(self.zone, ledger.slug),
                        "may_add": ledger.is_granted(self.plain, "add"),
                    }
                    for ledger in opened
                ],
                "facts": [
                    {"key": face.slug, "label": str(face.label), "href": href(self.zone, "facts", face.slug)}
                    for face in faces
                    if face.subject_model() in models
                ],
                "measures": href(self.zone, "measures") if is_staff(self.plain) else None,
                "openapi": href(self.zone, "openapi.json"),
            }
        )
