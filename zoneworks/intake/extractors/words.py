"""Why something was not believed, or not answered, in the words that people read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS: dict[str, Any] = {
    # of items
    "quote": gettext_lazy("its quote is not in the text"),
    "name": gettext_lazy("its name is not in the text"),
    "form": gettext_lazy("it does not have the form that was asked for"),
    "number": gettext_lazy("the number is not in the quote"),
    "no_number": gettext_lazy("this is no number"),
    "wording": gettext_lazy("this is not in the text"),
    "too_many": gettext_lazy("there are too many items"),
    # of articles
    "busy": gettext_lazy("The endpoint is busy, or the quota is used up."),
    "failing": gettext_lazy("The endpoint failed."),
    "late": gettext_lazy("No answer came in time."),
    "broken": gettext_lazy("The connection broke off."),
    "unreachable": gettext_lazy("The endpoint cannot be reached."),
    "untrusted": gettext_lazy("The certificate of the endpoint is not trusted."),
    "key_refused": gettext_lazy("The endpoint refuses the key."),
    "redirected": gettext_lazy("The endpoint leads to another address; the key is not sent there."),
    "refused": gettext_lazy("The endpoint refuses the question."),
    "too_large": gettext_lazy("The answer is larger than any that is meant here."),
    "no_json": gettext_lazy("The answer is no JSON."),
    "no_answer": gettext_lazy("The answer holds nothing that was asked for."),
    "cut_short": gettext_lazy("The answer was cut short by the endpoint's limit."),
    "declined": gettext_lazy("The model declined to answer."),
    "not_asked": gettext_lazy("Not asked any more, after the ones before it failed."),
}


def in_words(why: str, status: int = 0) -> str:
    """Return a reason as people read it, with the status of HTTP where one came.

    >>> in_words("busy", 429)
    'The endpoint is busy, or the quota is used up. (HTTP 429)'
    """
    said = str(REASONS[why])
    return _("%(why)s (HTTP %(status)d)") % {"why": said, "status": status} if status else said
