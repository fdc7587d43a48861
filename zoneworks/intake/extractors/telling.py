"""Extractions and comparisons as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MARKS: dict[str, Any] = {
    "agree": gettext_lazy("both"),
    "differ": gettext_lazy("differs"),
    "one": gettext_lazy("only the rules"),
    "two": gettext_lazy("only the endpoint"),
}


def compared_lines(document: dict[str, Any]) -> Iterator[str]:
    """Give the lines that tell how two readings of a document stand to each other."""
    comparison = document["comparison"]
    for article in comparison["articles"]:
        yield f"{article['date'] or '–'}  {article['title'] or _('(no headline)')}"
        for row in article["rows"]:
            side = row["one"] or row["two"]
            says = side["says"]
            name = says.get("name") or says.get("indicator") or says.get("kind") or side["quote"]
            yield f"  [{MARKS[row['mark']]}] {row['kind']}: {name}"
            for each in row["differences"]:
                yield f"      {each['field']}: {each['one'] or '–'} | {each['two'] or '–'}"
    for kind, counts in comparison["counts"].items():
        yield f"  {kind}: " + ", ".join(f"{MARKS[mark]} {count}" for mark, count in counts.items())
    yield from made_lines(document["endpoint"])


def made_lines(document: dict[str, Any]) -> Iterator[str]:
    """Give the lines that tell who made a reading, what it took, and what was not believed; none for the rules."""
    if not document.get("extractor"):
        return
    usage = document["usage"]
    cost = f"{usage['cost']} {usage['currency']}" if usage["cost"] is not None else _("cost unknown")
    said = _("%(model)s: %(sent)d tokens sent, %(received)d received, %(cost)s, %(seconds).1f s")
    tokens = {"sent": usage["prompt_tokens"], "received": usage["completion_tokens"]}
    yield "  " + said % {"model": document["model"], "cost": cost, "seconds": usage["seconds"], **tokens}
    for each in document["dropped"]:
        what = " ".join(filter(None, (each["kind"], each["name"], each["field"], each["value"])))
        yield "  " + _("left out: %(what)s: %(why)s") % {"what": what, "why": each["words"]}
    for each in document["failed"]:
        said = _("not read: article %(number)d: %(why)s")
        yield "  " + said % {"number": each["article"] + 1, "why": each["words"]}
