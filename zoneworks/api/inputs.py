"""What a program sends, turned into what a browser would have posted, so that the very same forms judge it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zoneworks.api.kinds import WrongTypeError, kind_of
from zoneworks.api.problems import field_error, form_errors, invalid
from zoneworks.kit.posting import as_posted, keep_chosen

MakeForm = Callable[[QueryDict | None], Any]


def filled_in(make: MakeForm, sent: Mapping[str, Any]) -> Any:
    """Return the valid form in which `sent` stands over what the page would have shown. Raise the problem otherwise."""
    blank = make(None)
    posted = as_posted(blank)
    errors = []
    for name, value in sent.items():
        field = blank.fields.get(name)
        kind = kind_of(field) if field is not None else None
        if kind is None:
            errors.append(_unknown(name, blank))
            continue
        try:
            for key, texts in kind.posted(name, value).items():
                posted.setlist(key, texts)
        except WrongTypeError as error:
            errors.append(field_error(name, capfirst(str(blank[name].label)), error, "type"))
    if errors:
        raise invalid(errors)
    form = make(posted)
    keep_chosen(form, blank, sent)
    if not form.is_valid():
        raise invalid(form_errors(form))
    return form


def _unknown(name: Any, form: Any) -> dict[str, Any]:
    known = ", ".join(name for name, field in form.fields.items() if kind_of(field) is not None)
    message = _("There is no such field; there are: %(known)s.") % {"known": known}
    return field_error(str(name)[:60], "", message, "unknown")


def number_in(sent: Mapping[str, Any], name: str) -> str:
    """Return the number of a row that was sent as `name`. Raise the problem that names it when it is none."""
    value = sent.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise invalid([field_error(name, "", _("Send the number of a row."), "required")])
    return str(value)
