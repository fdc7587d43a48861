"""People in public office and the posts that they hold over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.accounts.models import Unit
from zoneworks.accounts.roles import RECORDERS, Role
from zoneworks.accounts.searched import NamedByFacts
from zoneworks.accounts.walls import StaffReads, Via
from zoneworks.kit.entity import Entity, EntityQuerySet
from zoneworks.kit.facts import Fact, FactQuerySet
from zoneworks.kit.touching import touches_no_number


class PersonQuerySet(EntityQuerySet):
    """Questions people ask of persons."""

    def for_table(self) -> PersonQuerySet:
        return self.select_related("zone")


class Person(Entity):
    """A person who holds, or held, a public post. Titles are read from the posts, as of a day."""

    name = models.CharField(_("full name"), max_length=60)
    note = models.TextField(_("note"), blank=True)

    objects = PersonQuerySet.as_manager()
    policy = StaffReads(RECORDERS, recognize=frozenset({Role.VERIFIER}))

    class Meta:
        verbose_name = _("person in office")
        verbose_name_plural = _("people in office")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["zone", "name"], name="person_by_name")]

    def __str__(self) -> str:
        return self.name

    def own_names(self) -> tuple[str, ...]:
        return (self.name,)

    @classmethod
    def named_by_facts(cls) -> tuple[NamedByFacts, ...]:
        return (NamedByFacts(PostFact.objects, "person", "title"),)

    @classmethod
    def further_names(cls, rows: Sequence[Any]) -> Mapping[int, Sequence[str]]:
        """Return the titles of their posts."""
        found: dict[int, set[str]] = {row.pk: set() for row in rows}
        posts = PostFact.objects.filter(person__in=found).live().order_by()
        for person, title in posts.values_list("person_id", "title"):
            found[person].add(title)
        return {pk: sorted(titles) for pk, titles in found.items()}


class PostKind(models.TextChoices):
    """What is said of a post: that it was held on a day, taken up, or left."""

    HELD = "held", pgettext_lazy("post", "held")
    APPOINTED = "appointed", pgettext_lazy("post", "appointed")
    LEFT = "left", pgettext_lazy("post", "left")


class PostFact(Fact):
    """A person held, took up or left a post, within a span of days."""

    subject = "person"

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=10, choices=PostKind, default=PostKind.HELD)
    title = models.CharField(_("post"), max_length=120)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    body = models.CharField(
        _("body"),
        max_length=120,
        blank=True,
        help_text=_("The body outside of the zone to which the post belongs."),
    )

    objects = FactQuerySet.as_manager()
    policy = Via("person", Person.policy)

    class Meta(Fact.Meta):
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [models.Index(fields=["zone", "person", "earliest"], name="post_by_person")]

    def __str__(self) -> str:
        return f"{self.person} · {self.title}"

    def clean(self) -> None:
        super().clean()
        if self.unit is not None and self.unit.zone_id != self.zone_id:
            raise ValidationError({"unit": _("This unit belongs to another zone.")})

    def after_recorded(self) -> None:
        self.person.refresh_search_text()


touches_no_number(Person)
