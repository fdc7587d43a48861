"""Claims: numbers asserted in a text about a measure, kept beside what the ledger says."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from zoneworks.accounts.roles import RECORDERS
from zoneworks.accounts.walls import StaffReads
from zoneworks.kit.entity import Entity, EntityQuerySet
from zoneworks.kit.language import language
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.touching import touches_no_number


class ClaimSubject(models.TextChoices):
    """Whose number it is: only the zone's own ones stand beside the zone's measures."""

    ZONE = "zone", _("the zone")
    CITY = "city", _("the city")
    CHAIN = "chain", _("the city's chain")
    OTHER = "other", _("somebody else")


class ClaimQuerySet(EntityQuerySet):
    """Questions people ask of claims."""

    def for_table(self) -> ClaimQuerySet:
        return self.select_related("zone", "of_which")


class Claim(Entity):
    """A printed number: “12 major projects”, with its period, as-of day, qualifier and wording.

    A statement without a number that could be counted (“ahead of schedule”) has its wording alone: no value, no unit.
    """

    wording = models.CharField(_("as written"), max_length=200)
    what = models.CharField(_("what it counts"), max_length=200)
    measure = models.CharField(_("measure"), max_length=80, blank=True)
    whose = models.CharField(
        _("whose number"), max_length=10, choices=ClaimSubject, default=ClaimSubject.ZONE
    )
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=10, choices=Qualifier, default=Qualifier.EXACT)
    period_from = models.DateField(pgettext_lazy("period", "from"), null=True, blank=True)
    period_to = models.DateField(pgettext_lazy("period", "until"), null=True, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    of_which = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("of which"),
        help_text=_("The printed whole that this number is named under; parts may overlap."),
    )
    note = models.TextField(_("note"), blank=True)

    named_by = ("what", "wording")

    objects = ClaimQuerySet.as_manager()
    policy = StaffReads(RECORDERS)

    class Meta:
        verbose_name = _("printed number")
        verbose_name_plural = _("printed numbers")
        ordering = ["-as_of", "-pk"]
        indexes = [models.Index(fields=["zone", "measure", "as_of"], name="claim_by_measure")]
        constraints = [
            models.CheckConstraint(
                name="claim_period_in_order",
                condition=Q(period_from=None) | Q(period_to=None) | Q(period_to__gte=F("period_from")),
                violation_error_message=_("The period ends before it begins."),
            ),
            models.CheckConstraint(
                name="claim_number_has_unit",
                condition=Q(value=None, unit="") | Q(value__isnull=False) & ~Q(unit=""),
                violation_error_message=_("A number wants a unit, and a unit a number."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}：{self.printed}"

    @property
    def printed(self) -> str:
        """Return the number as it was printed; a bare one with its measure word where people say one."""
        if self.unit and self.wording.isdecimal() and language().startswith("zh"):
            return f"{self.wording}{Unit(self.unit).label}"
        return self.wording

    def own_names(self) -> tuple[str, ...]:
        """Return what it counts and its number, also as the list prints it in Chinese, whatever the language now."""
        with override("zh-hans"):
            return (self.what, self.wording, self.printed)

    @property
    def has_number(self) -> bool:
        """Say whether there is a number to compare."""
        return self.value is not None


touches_no_number(Claim)
