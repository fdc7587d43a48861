"""Writes around an organization that are more than one row: contacts, log-ins, a change of name.

The trail of a contact never holds who it is: data that are due to be forgotten must not live on there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Membership, User
from zoneworks.accounts.roles import Role
from zoneworks.kit import recording
from zoneworks.kit.audit import record
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Contact, NameKind, Organization, OrganizationName


@transaction.atomic
def keep_contact(contact: Contact, *, actor: User | None) -> Contact:
    """Add or change `contact`. Raise `ValidationError` for what cannot be kept."""
    is_new = contact.pk is None
    _check(contact.organization, actor, "change")
    contact.zone_id = contact.organization.zone_id
    contact.full_clean()
    before = "" if is_new else _until(Contact.objects.get(pk=contact.pk))
    contact.save()
    record(
        actor,
        "contact",
        contact.organization,
        before={"contacts": before},
        after={"contacts": _until(contact)},
    )
    return contact


@transaction.atomic
def drop_contact(contact: Contact, *, actor: User | None) -> None:
    """Delete `contact`; the trail says that one was deleted, not whom."""
    _check(contact.organization, actor, "change")
    before = {"contacts": _until(contact)}
    contact.delete()
    record(actor, "forget", contact.organization, before=before)


def forget_expired(on: date) -> int:
    """Delete every contact whose retention date lies before `on`, in all zones; return how many."""
    forgotten = 0
    due = Contact.objects.filter(keep_until__lt=on)
    for organization in Organization.objects.filter(pk__in=due.values("organization")).select_related("zone"):
        with transaction.atomic():
            contacts = due.filter(organization=organization)
            count = contacts.count()
            contacts.delete()
            record(None, "forget", organization, before={"contacts": str(count)}, after={"contacts": "0"})
        forgotten += count
    return forgotten


@transaction.atomic
def admit(organization: Organization, user: User, *, actor: User) -> None:
    """Let `user`, who has the role of an enterprise in the zone, see `organization`."""
    _check(organization, actor, "grant")
    if not representable(organization).filter(pk=user.pk).exists():
        raise ValidationError(
            _("“%(who)s” has no log-in of an enterprise in this zone. Enter the member first.")
            % {"who": user}
        )
    _change_log_ins(organization, lambda: organization.representatives.add(user), actor)


@transaction.atomic
def dismiss(organization: Organization, user: User, *, actor: User) -> None:
    """Take the sight of `organization` from `user`."""
    _check(organization, actor, "grant")
    _change_log_ins(organization, lambda: organization.representatives.remove(user), actor)


def representable(organization: Organization) -> QuerySet[User]:
    """Return the log-ins of enterprises in the zone that do not see `organization` yet."""
    seats = Membership.objects.filter(zone=organization.zone_id, role=Role.ENTERPRISE)
    return (
        User.objects.filter(pk__in=seats.values("user"))
        .exclude(pk__in=organization.representatives.values("pk"))
        .order_by("full_name", "username")
    )


@transaction.atomic
def keep_former_name(
    organization: Organization, name: str, given_up: Span, *, actor: User
) -> OrganizationName:
    """Record that `organization` gave up `name` within the span; call it after the new name is saved."""
    fact = OrganizationName(
        zone=organization.zone,
        organization=organization,
        kind=NameKind.FORMER,
        name=name,
        earliest=given_up.earliest,
        latest=given_up.latest,
    )
    return recording.add(fact, actor=actor)


def _change_log_ins(organization: Organization, change: Callable[[], None], actor: User) -> None:
    before = _log_ins(organization)
    change()
    record(
        actor,
        "grant",
        organization,
        before={"representatives": before},
        after={"representatives": _log_ins(organization)},
    )


def _log_ins(organization: Organization) -> str:
    return ", ".join(str(user) for user in organization.representatives.order_by("username"))


def _until(contact: Contact) -> str:
    return f"≤ {contact.keep_until.isoformat()}"


def _check(organization: Organization, actor: User | None, verb: str) -> None:
    if actor is not None and not organization.allows(actor, verb):
        raise PermissionDenied(_("Your role does not allow this change."))
