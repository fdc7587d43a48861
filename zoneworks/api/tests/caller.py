"""A program that asks the API with a token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from zoneworks.doors import tokens


@dataclass
class Caller:
    """Asks addresses below `/<zone>/api/v1/`, in English unless told otherwise."""

    code: str
    token: str
    language: str = "en"

    def get(self, path: str = "", query: dict[str, Any] | None = None, **headers: str):
        return self.ask("GET", path, query=query, **headers)

    def post(self, path: str, data: Any = None, **headers: str):
        return self.ask("POST", path, data, **headers)

    def patch(self, path: str, data: Any = None, **headers: str):
        return self.ask("PATCH", path, data, **headers)

    def ask(self, method: str, path: str, data: Any = None, query: Any = None, **headers: str):
        address = path if path.startswith("/") else f"/{self.code}/api/v1/{path}"
        said = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        body: dict[str, Any] = (
            {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        )
        return Client().generic(
            method,
            address,
            headers=said | {name.replace("_", "-"): value for name, value in headers.items()},
            query_params=query,
            **body,
        )


def caller_for(user: Any, zone: Any, *, may_write: bool = True, language: str = "en") -> Caller:
    _token, text = tokens.make(user, zone, name="test", may_write=may_write, days=30)
    return Caller(zone.code, text, language)
