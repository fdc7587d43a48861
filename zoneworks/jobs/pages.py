"""The pages of background jobs: one's own, how far each is, what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zoneworks.jobs import channel, running
from zoneworks.jobs.models import Job, State
from zoneworks.kit.access import is_staff
from zoneworks.kit.menu import add_page

PAGE_SIZE = 50
TONES = {
    State.QUEUED: "grey",
    State.RUNNING: "blue",
    State.DONE: "green",
    State.FAILED: "red",
    State.CANCELED: "grey",
    State.INTERRUPTED: "yellow",
}

add_page("sources", gettext_lazy("Background jobs"), "jobs:list", "hourglass", 90, is_staff)


def job_url(job: Job) -> str:
    return reverse("jobs:detail", kwargs={"zone": job.zone.code, "pk": job.pk})


def visible(request: Any, pk: int) -> Job:
    """Return the job of this zone that the person sees; 404 otherwise."""
    jobs = Job.objects.allowed(request.user, "view").filter(zone=request.zone)
    job = jobs.select_related("owner", "zone").filter(pk=pk).first()
    if job is None:
        raise Http404(_("There is no such job here."))
    return job


def shown(job: Job, viewer: Any) -> dict[str, Any]:
    """Return a job as the templates draw it, with how far it says it is."""
    beat = channel.heard(job.pk) if job.is_open else None
    is_own = job.owner_id == viewer.pk
    at = {"zone": job.zone.code, "pk": job.pk}
    return {
        "job": job,
        "url": job_url(job),
        "tone": TONES[State(job.state)],
        "done": beat.done if beat else job.done,
        "total": beat.total if beat else job.total,
        "message": beat.message if beat else job.message,
        "file_url": reverse("jobs:file", kwargs=at) if job.file and is_own else "",
        "result_url": job.result_url if is_own else "",
        "cancel_url": reverse("jobs:cancel", kwargs=at) if job.is_open and is_own else "",
        "is_canceling": job.state == State.RUNNING and channel.is_canceled(job.pk),
    }


@require_GET
def listed(request: Any) -> HttpResponse:
    """List the jobs that the person sees, the newest first."""
    jobs = Job.objects.allowed(request.user, "view").filter(zone=request.zone).select_related("owner", "zone")
    page = Paginator(jobs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "items": [shown(job, request.user) for job in page.object_list],
        "page_obj": page,
        "has_open": any(job.is_open for job in page.object_list),
    }
    template = "jobs/list.html#items" if request.htmx and not request.htmx.boosted else "jobs/list.html"
    return render(request, template, context)


@require_GET
def detail(request: Any, pk: int) -> HttpResponse:
    """Show a job. Its part asks again by itself while the job is open, and leads on to the page of its result."""
    job = visible(request, pk)
    context = shown(job, request.user)
    if not request.htmx or request.htmx.boosted:
        return render(request, "jobs/job.html", context)
    response = render(request, "jobs/job.html#status", context)
    if context["result_url"] and job.state == State.DONE:
        response["HX-Redirect"] = job.result_url
    return response


@require_POST
def cancel(request: Any, pk: int) -> HttpResponseBase:
    """Cancel a job of one's own."""
    job = visible(request, pk)
    if not job.allows(request.user, "change"):
        raise PermissionDenied(_("Only the person who asked for a job cancels it."))
    if running.cancel(job):
        messages.success(request, _("“%(what)s” is being canceled.") % {"what": job.title})
    else:
        messages.warning(request, _("“%(what)s” has ended already.") % {"what": job.title})
    return redirect(job_url(job))


@require_GET
def file(request: Any, pk: int) -> HttpResponseBase:
    """Hand out the file that a job made, to the person who asked for it."""
    job = visible(request, pk)
    if job.owner_id != request.user.pk:
        raise PermissionDenied(_("Only the person who asked for a file fetches it."))
    try:
        opened = job.file.open("rb") if job.file else None
    except FileNotFoundError:
        opened = None
    if opened is None:
        raise Http404(_("There is no file, or it is no longer where it was kept."))
    response = FileResponse(opened, as_attachment=True, filename=job.file_name or "file")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
