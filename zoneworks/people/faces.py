"""The face of a fact about a post."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Unit
from zoneworks.kit.faces import FactFace
from zoneworks.kit.forms import FactForm, SpanField
from zoneworks.kit.picking import RowField
from zoneworks.kit.registry import register_face
from zoneworks.people.models import PostFact
from zoneworks.people.posts import called


class PostForm(FactForm):
    """A post as held on a day, taken up or left; it belongs to a unit of the zone or to a body outside.

    A change of posts is announced before its day.
    """

    may_lie_ahead = True

    unit = RowField(queryset=Unit.objects.all(), required=False, label=gettext_lazy("unit"))
    when = SpanField(
        help_text=gettext_lazy(
            "Held: when the person was seen in the post; appointed: when it was taken up; "
            "left: when it ended. A day, a month (2024年9月) or two days."
        )
    )
    field_order = ("kind", "title", "unit", "body", "when", "asserted_by", "note")

    class Meta:
        model = PostFact
        fields = ("kind", "title", "unit", "body", "asserted_by", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("unit") and cleaned.get("body"):
            self.add_error("body", _("Give the unit or the body outside of the zone, not both."))
        return cleaned


@register_face
class PostFactFace(FactFace):
    """A person held, took up or left a post."""

    slug = "posts"
    model = PostFact
    form_class = PostForm
    label = gettext_lazy("post")
    repeated = ("kind", "title", "unit", "body")
    same = ("kind", "title", "unit", "body")
    dated = True

    @classmethod
    def typed(cls, fact: Any, name: str) -> str:
        return str(fact.unit_id or "") if name == "unit" else super().typed(fact, name)

    @classmethod
    def for_reading(cls, facts: Any) -> Any:
        return super().for_reading(facts).select_related("unit")

    @classmethod
    def describe(cls, fact: PostFact) -> str:
        place = fact.unit.name if fact.unit is not None else fact.body
        return _("%(kind)s: %(post)s") % {
            "kind": fact.get_kind_display(),
            "post": called(fact.title, place),
        }

    @classmethod
    def values(cls, fact: PostFact) -> list[tuple[str, str]]:
        return [
            (_("kind"), str(fact.get_kind_display())),
            (_("post"), fact.title),
            (_("unit"), fact.unit.name if fact.unit is not None else ""),
            (_("body"), fact.body),
        ]
