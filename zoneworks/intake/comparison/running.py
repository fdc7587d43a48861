"""The job that asks the endpoint: what it reads, what it keeps, and the line that it leaves in the trail.

The result lies in the file of the job, which its owner alone opens and which goes after two weeks. The trail is told
who asked which model about what, and what it took: never the text, never the key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from zoneworks.accounts.models import User, Zone
from zoneworks.intake.comparing import compare, comparison_json
from zoneworks.intake.extractors.choosing import needed
from zoneworks.intake.extractors.configuration import ConfigurationError
from zoneworks.intake.extractors.endpoint import EndpointExtractor
from zoneworks.intake.extractors.printed import made_json
from zoneworks.intake.extractors.rules import RulesExtractor
from zoneworks.jobs import channel
from zoneworks.jobs.models import Job
from zoneworks.jobs.running import Outcome, Progress, runs, submit
from zoneworks.kit.audit import record
from zoneworks.sources.models import Document

COMPARE = "intake.compare"
VERB = "extract"
MOST_SIGNS = 60_000
"""The longest text of a comparison: a dozen pages of a newspaper."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text to read: its own, or that of a kept document."""

    text: str
    issue: date | None = None
    document: Document | None = None

    @property
    def name(self) -> str:
        """Return how the text is called."""
        return self.document.title if self.document else _("Pasted text")


def ask(zone: Zone, owner: User, reading: Reading) -> Job:
    """Ask for a comparison in the background. A pasted text is kept until the job is settled."""
    arguments: dict[str, Any] = {"issue": reading.issue.isoformat() if reading.issue else ""}
    brought = None
    if reading.document is not None:
        arguments["document"] = reading.document.pk
    else:
        brought = ContentFile(reading.text.encode(), name="text.txt")
    title = _("Compare extractors: %(what)s") % {"what": reading.name}
    return submit(COMPARE, zone=zone, owner=owner, title=title, arguments=arguments, brought=brought)


def reading_of(job: Job) -> Reading | None:
    """Return what a job reads, as far as its owner may see it; None for a pasted text of a settled job."""
    said = job.arguments.get("issue", "")
    issue = date.fromisoformat(said) if said else None
    if "document" in job.arguments:
        rows = Document.objects.allowed(job.owner, "view").filter(zone=job.zone)
        document = rows.filter(pk=job.arguments["document"]).first()
        if document is None:
            raise PermissionDenied(_("The document is no longer here, or you may no longer see it."))
        return Reading(document.text, issue, document)
    if not job.brought:
        return None
    try:
        with job.brought.open("rb") as file:
            return Reading(file.read().decode(), issue)
    except FileNotFoundError:
        return None


@runs(COMPARE)
def run(job: Job, progress: Progress) -> Outcome:
    """Read a text with both extractors and keep how they stand to each other."""
    reading = reading_of(job)
    if reading is None:
        raise ValidationError(_("The text is no longer kept. Paste it again."))
    try:
        endpoint = needed(settings.EXTRACTOR)
    except ConfigurationError as error:
        raise ValidationError(str(error)) from None
    one = RulesExtractor().extract(reading.text, reading.issue)
    said = _("Asking the endpoint about each article")
    asked = EndpointExtractor(endpoint, told=lambda done, total: progress.say(done, total, said))
    try:
        two = asked.extract(reading.text, reading.issue)
    finally:
        # What was asked is written down even when somebody canceled or the program failed.
        if asked.usage.tries:
            note(job, reading, asked)
    kept = {
        "host": endpoint.host,
        "one": made_json(one),
        "two": made_json(two),
        "comparison": comparison_json(compare(one, two)),
    }
    path = channel.new_file(".json")
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    count = len(two.document.articles)
    words = ngettext("%(count)d article was read.", "%(count)d articles were read.", count)
    url = reverse("compare:result", kwargs={"zone": job.zone.code, "pk": job.pk})
    return Outcome(words % {"count": count}, url=url, file=path, file_name=_("comparison") + ".json")


def note(job: Job, reading: Reading, asked: EndpointExtractor) -> None:
    """Write down who asked which model about what, and what it took."""
    usage = asked.usage
    after = {
        gettext_noop("endpoint"): asked.endpoint.host,
        gettext_noop("model"): asked.model,
        gettext_noop("calls"): str(usage.calls),
        gettext_noop("tokens sent"): str(usage.prompt_tokens),
        gettext_noop("tokens received"): str(usage.completion_tokens),
    }
    if usage.cost is not None:
        after[gettext_noop("cost")] = f"{usage.cost.normalize():f} {usage.currency}"
    with transaction.atomic():
        record(job.owner, VERB, reading.document or job, after=after)
