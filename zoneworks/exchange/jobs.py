"""What the exchange does in the background."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.exchange.asking import Asked
from zoneworks.exchange.exporting import export, file_name, select
from zoneworks.exchange.imports import bringing
from zoneworks.exchange.imports.planning import ledger_for
from zoneworks.exchange.models import WorkbookImport
from zoneworks.exchange.refreshing.bringing import REFRESH, Asking, refresh
from zoneworks.jobs import channel
from zoneworks.jobs.models import Job
from zoneworks.jobs.running import Outcome, Progress, runs, submit
from zoneworks.jobs.working import tidies
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


@runs(REFRESH)
def run_refresh(job: Job, progress: Progress) -> Outcome:
    """Refresh a saved workbook with the rights that its owner has when the job runs."""
    said = job.arguments
    progress.say(0, 0, _("Reading the file"))
    ledger = ledger_for(job.zone, job.owner, said["ledger"])
    asking = Asking(ledger, said["name"], said["lacking"], said["root"])
    path = channel.new_file(".xlsx")
    with job.brought.open("rb") as file:
        changes = refresh(
            asking, file, path, lambda done, total: progress.say(done, total, _("Comparing with the ledger"))
        )
    words = [changes.in_words()] + ([_("The sheet “Changes” lists them.")] if changes.all else [])
    return Outcome(" ".join(words), file=path, file_name=said["name"])


def import_url(one: WorkbookImport) -> str:
    """Return the address of the page of an import."""
    return reverse(f"{one.ledger}:import_item", kwargs={"zone": one.zone.code, "item": one.pk})


@runs(bringing.COMPARE)
def run_comparison(job: Job, progress: Progress) -> Outcome:
    """Compare a workbook with its ledger; nothing of the ledger changes."""
    one = bringing.compare(job.arguments["import"], progress)
    said = _("New: %(new)d. Changed: %(changed)d. Unchanged: %(unchanged)d. With faults: %(faulty)d.")
    return Outcome(said % one.counts, url=import_url(one))


@runs(bringing.WRITE)
def run_writing(job: Job, progress: Progress) -> Outcome:
    """Write a workbook into its ledger, all of it or nothing."""
    one = bringing.write_out(job.arguments["import"], progress)
    said = _("Written: %(new)d new records, %(changed)d changed ones.")
    return Outcome(said % one.counts, url=import_url(one))


tidies(bringing.tidy)
