"""The stage model: the ordered stages of a project, its side exits, and words that name several."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from zoneworks.rulebook.entries import EXPECTED, Frozen, Labeled, Mark

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=30)]


class UnknownStageError(LookupError):
    """A kind of step is no stage of the model; the message lists the stages."""


class LevelRule(Labeled):
    """A level of recognition: who asserts a fact."""

    key: Key
    who_zh: str
    who_en: str
    source: tuple[str, ...] | str | None = None
    mark: Mark


class EvidenceRule(Labeled):
    """A piece of evidence. Of those that share `any_of`, one is enough."""

    key: Key
    required: StrictBool
    any_of: Key | None = None


class StageRule(Labeled):
    """A stage or side exit: its evidence, the levels that may assert it, and where it was read."""

    key: Key
    evidence: tuple[EvidenceRule, ...]
    levels: Annotated[tuple[Key, ...], Field(min_length=1)]
    not_asked_of: tuple[Key, ...] = ()
    source: tuple[str, ...] | str | None = None
    mark: Mark

    def missing(self, present: set[str]) -> tuple[EvidenceRule, ...]:
        """Return the required evidence not in `present`; a group with one member present misses none."""
        met = {each.any_of for each in self.evidence if each.any_of and each.key in present}
        return tuple(
            each
            for each in self.evidence
            if each.required and each.key not in present and each.any_of not in met
        )


class UnmappedStep(Labeled):
    """A printed word that is no stage: kept as a step until a reviewer maps it to one of `may_mean`."""

    key: Key
    may_mean: tuple[Key, ...]


class StageSets(Frozen):
    """Sets of stages that printed words name."""

    in_hand: tuple[Key, ...]
    intended: tuple[Key, ...]
    talks: tuple[Key, ...]


class Skipping(Frozen):
    """What it takes to skip a stage, and whether several stages may share a day."""

    needs: tuple[Key, ...]
    same_day_allowed: StrictBool


class StageRules(Frozen):
    """The stage model of a zone on a day. A *kind* is the kind of a project's step."""

    levels: tuple[LevelRule, ...]
    model: Annotated[tuple[StageRule, ...], Field(min_length=1)]
    side_exits: tuple[StageRule, ...]
    sets: StageSets
    unmapped: tuple[UnmappedStep, ...]
    skipping: Skipping

    @model_validator(mode="after")
    def _names_agree(self) -> StageRules:
        every = [*self.kinds, *self.exits, *self.unmapped_kinds]
        twice = sorted({kind for kind in every if every.count(kind) > 1})
        if twice:
            raise PydanticCustomError("twice", EXPECTED["twice"], {"detail": ", ".join(twice)})
        named = {*self.sets.in_hand, *self.sets.intended, *self.sets.talks}
        named |= {kind for each in self.unmapped for kind in each.may_mean}
        if strange := sorted(named - set(self.kinds)):
            raise PydanticCustomError("no_stage", EXPECTED["no_stage"], {"detail": ", ".join(strange)})
        levels = {level.key for level in self.levels}
        if strange := sorted(
            {level for stage in (*self.model, *self.side_exits) for level in stage.levels} - levels
        ):
            raise PydanticCustomError("no_level", EXPECTED["no_level"], {"detail": ", ".join(strange)})
        return self

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Return the keys of the stages in order."""
        return tuple(stage.key for stage in self.model)

    @cached_property
    def exits(self) -> tuple[str, ...]:
        """Return the keys of the side exits."""
        return tuple(stage.key for stage in self.side_exits)

    @property
    def unmapped_kinds(self) -> tuple[str, ...]:
        return tuple(step.key for step in self.unmapped)

    @property
    def step_kinds(self) -> tuple[str, ...]:
        """Return every kind that a step may have: stages, side exits, and words a reviewer maps."""
        return (*self.kinds, *self.exits, *self.unmapped_kinds)

    @property
    def in_hand(self) -> tuple[str, ...]:
        """Return the stages of projects in hand (在手)."""
        return self.sets.in_hand

    @property
    def intended(self) -> tuple[str, ...]:
        """Return the stages of intended projects (意向)."""
        return self.sets.intended

    @property
    def talks(self) -> tuple[str, ...]:
        """Return the stages whose projects get colors."""
        return self.sets.talks

    def order(self, kind: str) -> int:
        """Return the place of a stage, 1 for the first; `UnknownStageError` for exits and other words."""
        try:
            return self.kinds.index(kind) + 1
        except ValueError:
            raise UnknownStageError(f"{kind!r} is no stage; the stages are {', '.join(self.kinds)}") from None

    def stage(self, kind: str) -> StageRule:
        """Return the stage or side exit called `kind`; `UnknownStageError` for anything else."""
        for stage in (*self.model, *self.side_exits):
            if stage.key == kind:
                return stage
        known = ", ".join((*self.kinds, *self.exits))
        raise UnknownStageError(f"{kind!r} is neither stage nor side exit; known are {known}")

    def next_after(self, kind: str) -> StageRule | None:
        """Return the stage after `kind`; None after the last."""
        place = self.order(kind)
        return self.model[place] if place < len(self.model) else None

    def from_on(self, kind: str) -> tuple[str, ...]:
        """Return the stages from `kind` to the last."""
        return self.kinds[self.order(kind) - 1 :]

    def between(self, first: str, last: str) -> tuple[str, ...]:
        """Return the stages from `first` to `last`, both included; none if they stand the other way round."""
        return self.kinds[self.order(first) - 1 : self.order(last)]

    def is_exit(self, kind: str) -> bool:
        return kind in self.exits

    def label(self, kind: str) -> str:
        """Return the label of any kind of step in the language of the page; an unknown kind is its own."""
        named = self._named.get(kind)
        return kind if named is None else named.label

    def choices(self) -> list[tuple[str, str]]:
        """Return what a form offers for the kind of a step: key and label."""
        return [(key, each.label) for key, each in self._named.items()]

    @cached_property
    def _named(self) -> dict[str, StageRule | UnmappedStep]:
        named: tuple[StageRule | UnmappedStep, ...] = (*self.model, *self.side_exits, *self.unmapped)
        return {each.key: each for each in named}
