"""The ledgers of people in office, of units and of members; the trail registers its page beside them."""

from zoneworks.people import log_ins, trail
from zoneworks.people.ledger.members import MemberLedger
from zoneworks.people.ledger.persons import PersonLedger
from zoneworks.people.ledger.units import UnitLedger

__all__ = ["MemberLedger", "PersonLedger", "UnitLedger", "log_ins", "trail"]
