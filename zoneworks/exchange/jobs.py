"""What the exchange does in the background."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.exchange.asking import Asked
from zoneworks.exchange.exporting import export, file_name, select
from zoneworks.jobs import channel
from zoneworks.jobs.models import Job
from zoneworks.jobs.running import Outcome, Progress, runs, submit
from zoneworks.kit.registry import ledgers

EXPORT = "exchange.export"


def ask_for_export(asked: Asked) -> Job:
    """Ask for a list as a workbook in the background."""
    title = _("Export: %(what)s") % {"what": ledgers[asked.slug].label_plural()}
    arguments = {"ledger": asked.slug, "query": asked.query}
    return submit(EXPORT, zone=asked.zone, owner=asked.user, title=title, arguments=arguments)


@runs(EXPORT)
def run_export(job: Job, progress: Progress) -> Outcome:
    """Write the list as its owner sees it when the job runs."""
    asked = Asked(job.zone, job.owner, job.arguments["ledger"], job.arguments["query"])
    selection = select(asked)
    path = channel.new_file(".xlsx")
    rows = export(selection, path, lambda done, total: progress.say(done, total, _("Writing rows")))
    said = ngettext("%(count)d record is in the file.", "%(count)d records are in the file.", rows)
    return Outcome(said % {"count": rows}, file=path, file_name=file_name(selection.ledger))
