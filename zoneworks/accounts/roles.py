"""The roles of a zone's people (design §5), and the groups of roles that policies name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a membership lets its holder do; the policies say what that is, row by row."""

    LEADER = "leader", _("leader")
    ADMINISTRATOR = "administrator", _("administrator")
    UNIT_HEAD = "unit_head", _("unit head")
    OFFICER = "officer", _("officer")
    VERIFIER = "verifier", _("verifier")
    INSPECTOR = "inspector", _("inspector")
    AUDITOR = "auditor", _("auditor")
    ENTERPRISE = "enterprise", _("enterprise")


STAFF = frozenset(Role) - {Role.ENTERPRISE}
"""Everyone who works for the zone: reads its ledgers."""

RECORDERS = frozenset({Role.ADMINISTRATOR, Role.UNIT_HEAD, Role.OFFICER, Role.VERIFIER})
"""Those who write in the ledgers of investment promotion."""
