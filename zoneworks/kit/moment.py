"""The moment from which the ledgers are read: as of a day, as known at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.timezone import get_current_timezone, is_naive, localdate, make_aware, now
from django.utils.translation import gettext as _


class MomentError(ValueError):
    """A date or instant in the address cannot be read; the message names the parameter and what would be right."""

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Moment:
    """Read facts true on or before `on`, recorded on or before `known_at`. What was not named is the present."""

    on: date
    known_at: datetime
    names_on: bool = False
    names_known_at: bool = False

    @classmethod
    def present(cls) -> Moment:
        return cls(localdate(), now())

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Moment:
        """Return the moment that `?as_of=` and `?known_at=` name; raise `MomentError` for what cannot be read."""
        day = (query.get("as_of") or "").strip()
        instant = (query.get("known_at") or "").strip()
        return cls(
            read_day("as_of", day) if day else localdate(),
            _read_instant(instant) if instant else now(),
            bool(day),
            bool(instant),
        )

    @property
    def is_past(self) -> bool:
        """Say whether the reader asked for another moment than the present."""
        return (self.names_on and self.on != localdate()) or self.names_known_at

    @property
    def is_ahead(self) -> bool:
        """Say whether the day has not come yet, so that nothing but what is planned can be told of it."""
        return self.on > localdate()

    @property
    def known(self) -> datetime | None:
        """Return the instant of knowledge that the reader named.

        Nothing without one: everything recorded is known, which costs less to read.
        """
        return self.known_at if self.names_known_at else None

    @property
    def known_day(self) -> date:
        """Return the day of the instant of knowledge, where days begin for the zone."""
        return localdate(self.known_at)

    @property
    def known_time(self) -> str:
        """Return the time of that day as a form takes it; empty at its end, which the day alone means.

        What lies between two seconds is named by the later: what had been recorded by then was known.
        """
        local = self.known_at.astimezone(get_current_timezone())
        if self.known_at == end_of_day(local.date()):
            return ""
        if local.microsecond and local.time() < _LAST_SECOND:
            local = local.replace(microsecond=0) + timedelta(seconds=1)
        return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"

    @property
    def clock(self) -> str:
        """Return whose clock tells the days and times of the zone."""
        place = get_current_timezone()
        if str(place) == "Asia/Shanghai":
            return _("Beijing time")
        return f"{self.known_at.astimezone(place):UTC%z}"

    @property
    def known_in_words(self) -> str:
        """Return the instant of knowledge as people say it: to the minute where it lies on one, with its clock."""
        day = self.known_day.isoformat()
        if not self.known_time:
            return _("the end of %(day)s (%(clock)s)") % {"day": day, "clock": self.clock}
        return _("%(day)s %(time)s (%(clock)s)") % {
            "day": day,
            "time": self.known_time,
            "clock": self.clock,
        }

    @property
    def assigned(self) -> datetime | None:
        """Return the instant whose assignments hold: a row belongs to the unit and officer that had it on the day.

        Nothing when that is now, so that the columns of the present answer.
        """
        if self.on >= localdate(self.known_at):
            return self.known
        return min(end_of_day(self.on), self.known_at)

    @property
    def query(self) -> dict[str, str]:
        """Return the parameters that bring this moment to another page."""
        asked: dict[str, str] = {}
        if self.names_on:
            asked["as_of"] = self.on.isoformat()
        if self.names_known_at:
            asked["known_at"] = instant_text(self.known_at)
        return asked

    def on_url(self, url: str) -> str:
        """Return `url` seen from this moment."""
        if not self.query or not url:
            return url
        parts = urlsplit(url)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in self.query]
        return urlunsplit(parts._replace(query=urlencode([*query, *self.query.items()])))


def instant_text(instant: datetime) -> str:
    """Return an instant as an address names it, to its last digit; the end of a day as the day alone."""
    local = instant.astimezone(get_current_timezone())
    if instant == end_of_day(local.date()):
        return local.date().isoformat()
    return local.replace(tzinfo=None).isoformat()


def with_time(query: Mapping[str, str]) -> str:
    """Return what `?known_at=` says once the time that a form sends beside its day is in it.

    Raise `MomentError` for a time that cannot be read, and for one without its day.
    """
    day, text = ((query.get(name) or "").strip() for name in ("known_at", "known_time"))
    if not text:
        return day
    if not day:
        raise MomentError(
            _("known_time: the time %(text)s needs its day.") % {"text": text[:40]}, "known_time"
        )
    try:
        at, on = parse_time(text), parse_date(day)
    except ValueError:
        at = on = None
    if at is None or on is None or at.tzinfo is not None:
        raise MomentError(
            _("known_time: “%(text)s” is no time of a day. Write it like 18:00.") % {"text": text[:40]},
            "known_time",
        )
    return datetime.combine(on, at).isoformat()


_LAST_SECOND = time(23, 59, 59)

_FIRST, _LAST = 1900, 2200
"""Years that an address may name; a day outside of them is a slip of the hand."""


def end_of_day(day: date) -> datetime:
    """Return the last instant of `day`: what is recorded on a day is known at its end."""
    return make_aware(datetime.combine(day, time.min) + timedelta(days=1, microseconds=-1))


def is_nameable(instant: datetime) -> bool:
    """Say whether an address can name an instant: whether its day in the zone lies in the years that are taken."""
    try:
        return _FIRST <= localdate(instant).year <= _LAST
    except OverflowError:
        return False


def _out_of_range(name: str, text: str) -> str:
    said = _("%(name)s: “%(text)s” is out of range. Days from %(first)d to %(last)d are taken.")
    return said % {"name": name, "text": text[:40], "first": _FIRST, "last": _LAST}


def read_day(name: str, text: str) -> date:
    """Return the day that the parameter `name` of an address says; raise `MomentError` for what is none, or far off."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is not None and not _FIRST <= day.year <= _LAST:
        raise MomentError(_out_of_range(name, text), name)
    if day is None:
        said = _("%(name)s: “%(text)s” is no date. Write it like 2024-09-30.")
        raise MomentError(said % {"name": name, "text": text[:40]}, name)
    return day


def _read_instant(text: str) -> datetime:
    day = instant = None
    try:
        day = parse_date(text)
        if day is None:
            instant = parse_datetime(text.replace(" ", "T", 1) if "+" not in text else text)
    except (ValueError, OverflowError):
        pass
    told = day or instant
    if told is not None and not _FIRST <= told.year <= _LAST:
        raise MomentError(_out_of_range("known_at", text), "known_at")
    if day is not None:
        return end_of_day(day)
    if instant is None:
        raise MomentError(
            _(
                "known_at: “%(text)s” is no moment. Write a day like 2024-10-24 or an instant like 2024-10-24T18:00."
            )
            % {"text": text[:40]},
            "known_at",
        )
    return make_aware(instant) if is_naive(instant) else instant
