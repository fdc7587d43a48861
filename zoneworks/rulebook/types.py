"""What code asks of the rulebook: typed, frozen answers for one day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from secrets import token_hex
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, TypeVar

from dateutil.relativedelta import relativedelta
from pydantic import AfterValidator, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from zoneworks.rulebook.entries import (
    EXPECTED,
    Frozen,
    Labeled,
    Mark,
    PackError,
    RuleDefinition,
    RuleEntry,
    Section,
    Text,
)
from zoneworks.rulebook.stages import StageRules

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Whole = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal(10) ** 15)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
Unit = Literal["CNY", "USD", "EUR", "HKD", "JPY", "m2", "persons", "items", "lines", "t", "W", "kVA", "share"]
Currency = Literal["CNY", "USD"]


class AssessedOnce(Frozen):
    """How often a project is assessed, and for how many years it may be carried over."""

    times: Whole
    carry_over_years: Whole


class MinimumAmount(Frozen):
    """The least amounts from which a lead or project counts, in base units of `unit`."""

    planned_total: Amount
    fixed_assets: Amount | None = None
    fixed_assets_big_data: Amount | None = None
    unit: Currency


class SizeClass(Labeled):
    """A class of projects by one figure: at least `at_least`, and below `less_than` where that is given.

    Classes overlap unless the list says otherwise; they are never added up.
    """

    key: Key
    kind: Key
    nature: Literal["commitment", "actual"]
    at_least: Amount
    less_than: Amount | None = None
    unit: Unit
    only_manufacturing: StrictBool = False
    only_industry: Key | None = None

    def holds(self, value: Decimal, unit: str) -> bool:
        """Say whether a figure of `value` in `unit` belongs to this class; no currency is converted."""
        return (
            unit == self.unit
            and value >= self.at_least
            and (self.less_than is None or value < self.less_than)
        )


class LeaderTask(Frozen):
    """What a leader of `rank` (1 is the highest) shall recruit."""

    rank: Whole
    projects: Whole
    at_least: Amount
    unit: Currency


class MonthlyFiling(Frozen):
    every: Literal["month", "quarter"]
    missing_counts: StrictBool
    late_at_year_end_counts: StrictBool


class CountingRules(Frozen):
    """When a project counts, and how often. None: the rule is shipped off and the zone did not choose it."""

    first_event_only: StrictBool
    increment_only: StrictBool
    upgrade_keeps_amount: StrictBool
    owner_change_recounts: StrictBool
    assessed_once: AssessedOnce
    monthly_filing: MonthlyFiling | None = None
    minimum_amount: MinimumAmount
    not_countable: tuple[Key, ...]
    size_classes: tuple[SizeClass, ...]
    leader_task: tuple[LeaderTask, ...] | None = None
    parts_must_be_declared: StrictBool
    one_money_once: StrictBool

    @model_validator(mode="after")
    def _keys_once(self) -> CountingRules:
        keys = [each.key for each in self.size_classes]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise PydanticCustomError("twice", EXPECTED["twice"], {"detail": ", ".join(twice)})
        return self

    def size_class(self, key: str) -> SizeClass:
        """Return the size class `key`; LookupError names the known ones."""
        for each in self.size_classes:
            if each.key == key:
                return each
        raise LookupError(
            f"no size class {key!r}; known are {', '.join(each.key for each in self.size_classes)}"
        )


Color = Literal["green", "yellow", "red", "removed"]


class LowFunding(Frozen):
    """After more than `months`, money below `share` of the planned total fails."""

    months: Whole
    share: Share


class MoneyProgressMismatch(Frozen):
    """Money and visible progress may differ by at most `points` (hundredths of the whole)."""

    points: Annotated[Decimal, Field(ge=0, le=100)]


class TalkClass(Labeled):
    key: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=20)]


class DriveTargets(Frozen):
    planned_total_at_least: Amount
    unit: Currency
    last_year_survival: Share
    last_year_started: Share
    this_year_started: Share


class HealthRules(Frozen):
    """Tests of signed projects and colors of projects in talks; all spans are calendar months."""

    signed_not_started_months: Whole
    started_no_money_months: Whole
    started_low_funding: LowFunding
    money_progress_mismatch: MoneyProgressMismatch
    talk_yellow_months: Whole
    talk_red_months: Whole
    talk_removed_months: Whole
    talk_classes: tuple[TalkClass, ...]
    drive_targets: DriveTargets | None = None

    @model_validator(mode="after")
    def _in_order(self) -> HealthRules:
        if not self.talk_yellow_months < self.talk_red_months < self.talk_removed_months:
            months = f"{self.talk_yellow_months}, {self.talk_red_months}, {self.talk_removed_months}"
            raise PydanticCustomError("rise", EXPECTED["rise"], {"detail": months})
        return self

    def talk_color(self, quiet_since: date, on: date) -> Color:
        """Return the color on `on` of a project in talks without progress since `quiet_since`.

        Yellow and red begin on the day the months are full; it is removed once the last span has passed.
        """
        if on > quiet_since + relativedelta(months=self.talk_removed_months):
            return "removed"
        if on >= quiet_since + relativedelta(months=self.talk_red_months):
            return "red"
        if on >= quiet_since + relativedelta(months=self.talk_yellow_months):
            return "yellow"
        return "green"

    def start_is_late(self, signed_on: date, on: date) -> bool:
        """Say whether a project signed on `signed_on` and not started by `on` has waited too long."""
        return on > signed_on + relativedelta(months=self.signed_not_started_months)


class JudgeDays(Frozen):
    ordinary: Whole
    major: Whole
    outside_experts_for_major: StrictBool


class CityJoinsFrom(Frozen):
    planned_total: Amount
    unit: Currency


class LeaderTrips(Frozen):
    who: Key
    times: Whole
    per: Literal["week", "month", "quarter", "year"]


class FullMarks(Frozen):
    output_per_mu: Amount
    tax_per_mu: Amount
    unit: Currency


Weights = Annotated[Mapping[str, Annotated[Decimal, Field(ge=0)]], AfterValidator(MappingProxyType)]


class LeadRules(Frozen):
    """Clocks of leads in days of `day_kind`, and the admission review."""

    respond_days: Whole
    judge_days: JudgeDays
    feedback_days: Whole
    progress_days: Whole
    ledger_report_days: Whole
    city_joins_from: CityJoinsFrom
    day_kind: Literal["calendar", "working"]
    leader_trips: LeaderTrips | None = None
    admission_steps: tuple[Key, ...]
    admission_weights: Weights
    admission_full_marks: FullMarks | None = None

    @model_validator(mode="after")
    def _sum_to_100(self) -> LeadRules:
        total = sum(self.admission_weights.values())
        if total != 100:
            raise PydanticCustomError("sum_100", EXPECTED["sum_100"], {"detail": str(total)})
        return self


class QualifierRule(Frozen):
    """When a printed number with one of the words `printed` is supported; without any word it is exact.

    `share` belongs to the two that allow a difference: how far 近 may lie below, and 约 off to either side.
    """

    printed: tuple[str, ...]
    supported_when: Key
    share: Share | None = None
    summed_only_if_declared: StrictBool = False
    closing_number_fixes_count: StrictBool = False


class QualifierRules(Frozen):
    """How printed numbers are checked against recomputed ones."""

    exact: QualifierRule
    near: QualifierRule
    less_than: QualifierRule
    at_most: QualifierRule
    over: QualifierRule
    at_least: QualifierRule
    about: QualifierRule
    of_which: QualifierRule
    open_list: QualifierRule

    @model_validator(mode="after")
    def _shares_given(self) -> QualifierRules:
        if self.near.share is None or self.about.share is None:
            raise PydanticCustomError("no_share", EXPECTED["no_share"])
        return self

    @property
    def tolerance(self) -> Mapping[str, Decimal]:
        """Return the shares by which "near" and "about" may be off, as `kit.amounts.supported` takes them."""
        return MappingProxyType(
            {"near": self.near.share or Decimal(0), "about": self.about.share or Decimal(0)}
        )


class Kind(Labeled):
    """A kind that a zone may add, relabel or retire; a retired one stays readable and is not offered."""

    key: Key
    definition_zh: str
    definition_en: str
    retired: StrictBool = False

    @property
    def definition(self) -> str:
        """Return the definition in the language of the page."""
        return str(Text(zh=self.definition_zh, en=self.definition_en))


class FigureKind(Kind):
    """One kind of figure (口径): of whom it may be stated, in which units, per which period, and up to how much.

    `at_most` is in the base unit: a share of 1 is 100 %. One that is `of_a_product` says little without it, and those
    of two products would count as one said again.
    """

    of: tuple[Literal["project", "organization"], ...]
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]
    per: Literal["year", "quarter", "month"] | None
    at_most: Decimal | None = None
    of_a_product: StrictBool = False


class EngagementKind(Kind):
    """One kind of engagement; `where` says whether it is held away, at home or either.

    `proves` names the pieces of evidence of the stage model for which any one that was held stands, `proves_first`
    those for which only the first one of a project does.
    """

    where: Literal["away", "home", "any"]
    proves: tuple[Key, ...] = ()
    proves_first: tuple[Key, ...] = ()


class Industry(Kind):
    """A field of industry."""

    manufacturing: StrictBool


K = TypeVar("K", bound=Kind)


@dataclass(frozen=True, slots=True)
class Kinds(Generic[K]):
    """The kinds of one chapter in order. `kinds[key]` finds retired ones too; `choices()` omits them."""

    by_key: Mapping[str, K]

    def __iter__(self) -> Iterator[K]:
        return iter(self.by_key.values())

    def __len__(self) -> int:
        return len(self.by_key)

    def __contains__(self, key: object) -> bool:
        return key in self.by_key

    def __getitem__(self, key: str) -> K:
        try:
            return self.by_key[key]
        except KeyError:
            raise LookupError(f"no kind {key!r}; known are {', '.join(self.by_key)}") from None

    def get(self, key: str) -> K | None:
        return self.by_key.get(key)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.by_key)

    @property
    def offered(self) -> tuple[K, ...]:
        """Return the kinds that are not retired."""
        return tuple(kind for kind in self if not kind.retired)

    def choices(self) -> list[tuple[str, str]]:
        """Return what a form offers: key and label of each kind that is not retired."""
        return [(kind.key, kind.label) for kind in self.offered]

    def label(self, key: str) -> str:
        """Return the label of `key`, or the key itself when no kind has it."""
        kind = self.by_key.get(key)
        return kind.label if kind else key


class FigureKinds(Kinds[FigureKind]):
    """The kinds of figures."""

    __slots__ = ()

    def of(self, subject: Literal["project", "organization"]) -> FigureKinds:
        """Return the kinds that may be stated of a project or of an organization."""
        return FigureKinds({key: kind for key, kind in self.by_key.items() if subject in kind.of})

    @property
    def of_a_product(self) -> tuple[str, ...]:
        """Return the kinds that are told of a product, in the order of the rulebook."""
        return tuple(key for key, kind in self.by_key.items() if kind.of_a_product)


class RuleNotInForceError(LookupError):
    """The rule exists and does not hold: it is shipped off, or the day lies outside its printed dates."""


@dataclass(frozen=True)
class Rules:
    """Every rule that holds for a zone on a day. What code uses is typed; the rest is read by `entry`."""

    stages: StageRules
    counting: CountingRules
    health: HealthRules
    leads: LeadRules
    qualifiers: QualifierRules
    figures: FigureKinds
    engagement_kinds: Kinds[EngagementKind]
    industries: Kinds[Industry]
    sections: tuple[Section, ...]
    in_force: Mapping[str, RuleEntry]
    problems: tuple[PackError, ...] = ()
    """Overrides that were set aside because they do not fit; empty when all is well."""
    _definitions: Mapping[str, RuleDefinition] = field(default_factory=dict, repr=False)
    mark: str = field(default_factory=partial(token_hex, 8), repr=False, compare=False)
    """Tells these rules from others that were put together in this process."""

    @property
    def levels(self) -> tuple[Any, ...]:
        """Return the levels of recognition, weak to strong."""
        return self.stages.levels

    def entry(self, key: str) -> RuleEntry:
        """Return the entry in force for "section.key".

        Raise `RuleNotInForceError` when it is off or not yet valid, `LookupError` when there is none.
        """
        found = self.in_force.get(key)
        if found is not None:
            return found
        if key in self._definitions:
            raise RuleNotInForceError(
                f"{key} is not in force: no shipped default holds and the zone chose none"
            )
        raise LookupError(
            f"no rule {key!r}; known in its section: {', '.join(self._known_beside(key)) or 'none'}"
        )

    def get(self, key: str) -> RuleEntry | None:
        """Return the entry in force for "section.key", or None; LookupError for an unknown rule."""
        try:
            return self.entry(key)
        except RuleNotInForceError:
            return None

    def value(self, key: str) -> Any:
        """Return the value in force for "section.key": numbers, texts, tuples and read-only mappings."""
        return self.entry(key).value

    def entries(self, section: str | None = None) -> tuple[RuleEntry, ...]:
        """Return what is in force, in the order of the pack; of one section if named."""
        return tuple(entry for entry in self.in_force.values() if section in (None, entry.section))

    def definition(self, key: str) -> RuleDefinition:
        """Return the rule "section.key" with every shipped choice; LookupError when there is no such rule."""
        try:
            return self._definitions[key]
        except KeyError:
            raise LookupError(f"no rule {key!r}") from None

    def definitions(self, section: str | None = None) -> Sequence[RuleDefinition]:
        """Return every rule, shipped or added by the zone, in force or not."""
        return [each for each in self._definitions.values() if section in (None, each.section)]

    def _known_beside(self, key: str) -> list[str]:
        return [known for known in self._definitions if known.partition(".")[0] == key.partition(".")[0]]


__all__ = ["EngagementKind", "FigureKind", "Industry", "Mark", "Rules", "StageRules"]
