"""Proposals are made of a document, accepted, rejected and taken back; each in one transaction, with its line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from zoneworks.accounts.locks import held
from zoneworks.accounts.models import User
from zoneworks.intake import accepting
from zoneworks.intake.document import Document as ReadText
from zoneworks.intake.document import read_document
from zoneworks.intake.models import Proposal, ProposalState, Reading, Written
from zoneworks.intake.proposing import Told, proposals
from zoneworks.kit import recording
from zoneworks.kit.audit import record
from zoneworks.kit.facts import Fact
from zoneworks.sources.models import Citation, Document

RULES = "rules"
"""The extractor that reads by default: offline, and the same text always in the same way."""


class AlreadyDecidedError(ValidationError):
    """Another person judged the proposal first."""

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal
        super().__init__(
            _("%(who)s judged this at %(when)s already: %(state)s. Nothing of yours was written.")
            % {
                "who": proposal.decided_by or "–",
                "when": f"{localtime(proposal.decided_at):%Y-%m-%d %H:%M}" if proposal.decided_at else "–",
                "state": proposal.get_state_display(),
            },
            code="already_decided",
        )


@dataclass(frozen=True, slots=True)
class Made:
    """What a reading brought: how many proposals are new, stayed as they were, and are no longer found."""

    new: int
    kept: int
    gone: int


def read(document: Document, *, actor: User | None, issue: date | None = None) -> Made:
    """Read the text of `document` and keep what it proposes; what was judged before stays judged.

    Raise `ValidationError` for a document without text, `PermissionDenied` when `actor` may not change it.
    """
    if actor is not None and not document.allows(actor, "change"):
        raise PermissionDenied(_("You can see this document, but your role does not allow this change."))
    if not document.text.strip():
        raise ValidationError(
            _("“%(name)s” has no text yet. Enter its text, then read it.") % {"name": document}
        )
    issued = document.issued
    found = read_document(document.text, issue or (issued.latest if issued is not None else None))
    return keep(document, found, RULES, actor=actor)


@transaction.atomic
def keep(document: Document, found: ReadText, extractor: str, *, actor: User | None) -> Made:
    """Keep what was read of `document` by `extractor`: its articles, and a proposal for each statement."""
    _held_text(document, document.sum_of_text())
    summed = document.sum_of_text()
    Reading.objects.update_or_create(
        document=document,
        defaults={
            "zone_id": document.zone_id,
            "extractor": extractor,
            "articles": [_article(found, one) for one in found.articles],
            "text_sha256": summed,
            "read_by": actor,
        },
    )
    made = _keep_proposals(document, proposals(found), summed)
    after = {"proposals": str(made.new + made.kept), "extractor": extractor}
    record(actor, "read", document, after=after)
    return made


def _article(found: ReadText, article: Any) -> dict[str, Any]:
    start, end = found.bare.raw(article.cut.body.start, article.cut.body.end)
    return {
        "title": article.cut.title,
        "byline": article.cut.byline,
        "date": article.date.said if article.date else "",
        "basis": article.date.basis if article.date else "",
        "start": start,
        "end": end,
    }


def _keep_proposals(document: Document, told: list[Told], summed: str) -> Made:
    known = {(one.kind, one.key): one for one in Proposal.objects.filter(document=document)}
    rejected = _rejected_before(document, summed)
    new: list[Proposal] = []
    kept = 0
    for position, proposed in enumerate(told):
        one = known.pop((proposed.kind, proposed.key), None)
        if one is None:
            new.append(_new(document, proposed, position, rejected.get((proposed.kind, proposed.key))))
            continue
        kept += 1
        (one.start, one.end), one.spans = proposed.spans[0], [*map(list, proposed.spans)]
        one.position, one.article = position, proposed.article
        if one.is_open:
            one.told = _told(proposed)
        one.save(update_fields=["start", "end", "spans", "position", "article", "told"])
    Proposal.objects.bulk_create(new, batch_size=500)
    gone = [one.pk for one in known.values() if one.is_open]
    Proposal.objects.filter(pk__in=gone, state=ProposalState.OPEN).delete()
    return Made(len(new), kept, len(gone))


def _rejected_before(document: Document, summed: str) -> dict[tuple[str, str], Proposal]:
    """Return what was rejected of the same text when it came as another document, by kind and key."""
    others = Proposal.objects.filter(
        zone=document.zone_id, state=ProposalState.REJECTED, document__reading__text_sha256=summed
    )
    return {(one.kind, one.key): one for one in others.exclude(document=document)}


def _told(proposed: Told) -> dict[str, Any]:
    return proposed.told | ({"others": list(proposed.others)} if proposed.others else {})


def _held_text(document: Document, summed: str) -> None:
    """Keep the document from others until the transaction ends; its text must be the one that was read."""
    stored = held(document)
    if stored is None or stored.sum_of_text() != summed:
        raise ValidationError(
            _("The text was changed since it was read. Read it again, then judge what it says now."),
            code="stale",
        )


def _new(document: Document, proposed: Told, position: int, rejected: Proposal | None) -> Proposal:
    (start, end) = proposed.spans[0]
    made = Proposal(
        zone_id=document.zone_id,
        document=document,
        kind=proposed.kind,
        key=proposed.key,
        position=position,
        article=proposed.article,
        start=start,
        end=end,
        spans=[list(span) for span in proposed.spans],
        told=_told(proposed),
    )
    if rejected is not None:
        made.state, made.reason = rejected.state, rejected.reason
        made.decided_by, made.decided_at = rejected.decided_by, rejected.decided_at
    return made


# -- judging -------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(proposal: Proposal, said: accepting.Said, *, actor: User) -> accepting.Accepted:
    """Write what `said` says of the proposal into its ledger, with citations; return what was written.

    Raise `AlreadyDecidedError` when somebody judged it first, `ValidationError` for what cannot be,
    `PermissionDenied` where `actor` may not write.
    """
    proposal = _held_open(proposal, actor)
    read_as = (
        Reading.objects.filter(document=proposal.document_id).values_list("text_sha256", flat=True).first()
    )
    _held_text(proposal.document, read_as or "")
    accepted = accepting.write(proposal, said, actor=actor)
    for row, is_new in accepted.rows:
        Written.objects.create(
            zone_id=proposal.zone_id,
            proposal=proposal,
            content_type=ContentType.objects.get_for_model(row),
            object_id=row.pk,
            is_new=is_new,
            citations=accepted.citations_of(row),
        )
    proposal.edited = None if said.told == proposal.told else said.told
    _decide(proposal, ProposalState.ACCEPTED, "", actor)
    return accepted


@transaction.atomic
def reject(proposal: Proposal, *, reason: str = "", actor: User) -> None:
    """Write down that the proposal says nothing for the ledgers; it stays so when the document is read again."""
    proposal = _held_open(proposal, actor)
    _decide(proposal, ProposalState.REJECTED, " ".join(reason.split())[:200], actor)


@transaction.atomic
def take_back(proposal: Proposal, *, actor: User) -> list[str]:
    """Take back what was decided: what an acceptance wrote is withdrawn, and the proposal is open again.

    Return the rows that stay in the ledger without what was told of them. Raise `ValidationError` when it is open
    already. What somebody corrected since stands as they said it.
    """
    proposal = _held(proposal, actor)
    if proposal.is_open:
        raise ValidationError(_("This proposal is open; there is nothing to take back."))
    stays = [] if proposal.state == ProposalState.REJECTED else _withdraw(proposal, actor)
    proposal.edited = None
    _decide(proposal, ProposalState.OPEN, "", actor)
    return stays


def _withdraw(proposal: Proposal, actor: User) -> list[str]:
    """Take back what the acceptance wrote, as far as nothing else rests on it; return what stays."""
    stays: list[str] = []
    for one in Written.objects.filter(proposal=proposal).standing().order_by("-pk"):
        row: Any = one.target
        if row is not None and not _taken_back(one, row, actor):
            stays.append(str(row))
        one.undone = True
        one.save(update_fields=["undone"])
    return stays


def _taken_back(one: Written, row: Any, actor: User) -> bool:
    """Take a row back; say whether nothing of it stays that only this acceptance brought."""
    _take_citations_back(one, row, actor)
    if not one.is_new:
        return True
    if not isinstance(row, Fact):
        return False
    others = Written.objects.standing().filter(content_type=one.content_type_id, object_id=one.object_id)
    heir = others.exclude(pk=one.pk).order_by("pk").first()
    if heir is not None:
        # Another paper says the same: the fact stands, and from now on that acceptance brought it.
        heir.is_new = True
        heir.save(update_fields=["is_new"])
        return True
    newest: Any = recording.newest(row)
    if newest.pk != row.pk:
        # Somebody corrected or withdrew it: what they said of it stands.
        return bool(newest.withdrawn)
    recording.withdraw(row, reason=_("The acceptance of the proposal was taken back."), actor=actor)
    return True


def _take_citations_back(one: Written, row: Any, actor: User) -> None:
    ties = Citation.objects.standing().filter(pk__in=one.citations)
    told = "; ".join(str(tie) for tie in ties.select_related("passage", "attachment"))
    if ties.update(taken_back_at=now()):
        record(actor, "uncite", row, before={"citations": told[:2000]})


def _held(proposal: Proposal, actor: User) -> Proposal:
    """Return the proposal as it stands now, kept from others until the transaction ends."""
    found: Proposal | None = held(proposal)
    if found is None:
        raise ValidationError(_("This proposal is gone: the document was read again. Look at its page."))
    if not found.allows(actor, "change"):
        raise PermissionDenied(_("You can see this document, but your role does not allow this change."))
    return found


def _held_open(proposal: Proposal, actor: User) -> Proposal:
    found = _held(proposal, actor)
    if not found.is_open:
        raise AlreadyDecidedError(found)
    return found


def _decide(proposal: Proposal, state: ProposalState, reason: str, actor: User) -> None:
    before = str(proposal.state)
    proposal.state, proposal.reason = state, reason
    decided = state != ProposalState.OPEN
    proposal.decided_by, proposal.decided_at = (actor, now()) if decided else (None, None)
    proposal.save(update_fields=["state", "reason", "edited", "decided_by", "decided_at"])
    said = f"{proposal.kind} · {proposal} · "
    record(
        actor,
        "judge",
        proposal.document,
        before={"proposal": said + before},
        after={"proposal": " · ".join(filter(None, [said + str(proposal.state), reason]))},
    )
