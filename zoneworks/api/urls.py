"""Addresses for programs below `/<zone>/api/v1`: each registered ledger and face of a fact, and measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from zoneworks.api.document import Document
from zoneworks.api.facts import FactCorrection, FactDetail, FactList, FactWithdrawal
from zoneworks.api.index import Index
from zoneworks.api.ledgers import RowDetail, RowHistory, RowList
from zoneworks.api.measuring import MeasureList, ReadingDetail, ReadingRows
from zoneworks.kit.registry import faces, ledgers


def _of_ledgers() -> list[URLPattern]:
    return [
        pattern
        for ledger in ledgers
        for pattern in (
            path(f"{ledger.slug}", _view(RowList, ledger_class=ledger), name=f"{ledger.slug}-list"),
            path(f"{ledger.slug}/<int:pk>", _view(RowDetail, ledger_class=ledger), name=f"{ledger.slug}-row"),
            path(
                f"{ledger.slug}/<int:pk>/history",
                _view(RowHistory, ledger_class=ledger),
                name=f"{ledger.slug}-history",
            ),
        )
    ]


def _of_faces() -> list[URLPattern]:
    return [
        pattern
        for face in faces
        for pattern in (
            path(f"facts/{face.slug}", _view(FactList, face_class=face), name=f"{face.slug}-list"),
            path(f"facts/{face.slug}/<int:pk>", _view(FactDetail, face_class=face), name=f"{face.slug}-fact"),
            path(
                f"facts/{face.slug}/<int:pk>/correct",
                _view(FactCorrection, face_class=face),
                name=f"{face.slug}-correct",
            ),
            path(
                f"facts/{face.slug}/<int:pk>/withdraw",
                _view(FactWithdrawal, face_class=face),
                name=f"{face.slug}-withdraw",
            ),
        )
    ]


def _view(view: type, **attributes: object) -> Callable[..., HttpResponseBase]:
    """Return the view of one ledger or face: a class of its own, as the document tells one from the other."""
    made: Any = type(view.__name__, (view,), attributes)
    return made.as_view()


app_name = "api"
urlpatterns: list[URLPattern] = [
    path("", Index.as_view(), name="root"),
    path("openapi.json", Document.as_view(), name="document"),
    path("measures", MeasureList.as_view(), name="measures"),
    path("measures/<str:key>", ReadingDetail.as_view(), name="reading"),
    path("measures/<str:key>/rows", ReadingRows.as_view(), name="reading-rows"),
    *_of_ledgers(),
    *_of_faces(),
]
