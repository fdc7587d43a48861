"""Work that outlives a request: what is to be done, how far it is, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import User
from zoneworks.accounts.roles import Role
from zoneworks.accounts.walls import RolePolicy, Walled, WalledQuerySet


class State(models.TextChoices):
    """How a job stands."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")
    INTERRUPTED = "interrupted", _("interrupted")


OPEN = (State.QUEUED, State.RUNNING)
"""The states of a job that is not settled yet."""


def _own(user: User) -> Q:
    return Q(owner=user.pk)


class JobQuerySet(WalledQuerySet):
    """Questions people ask of jobs."""

    def open(self) -> JobQuerySet:
        return self.filter(state__in=OPEN)


class Job(Walled):
    """One piece of work. Whoever asked for it sees it; administrators see that it runs.

    `runner` names the process that has it in hand, so that a worker that starts anew knows what its predecessor
    left lying. `arguments` are what the function of its `kind` needs: plain values. `brought` is a file that it works
    on; it is there until the job is settled.
    """

    zone = models.ForeignKey("accounts.Zone", models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("asked by")
    )
    kind = models.CharField(max_length=40)
    title = models.CharField(_("what"), max_length=200)
    arguments = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="zh-hans")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    error = models.TextField(blank=True)
    result_url = models.CharField(max_length=500, blank=True)
    brought = models.FileField(upload_to="jobs/%Y/%m/", blank=True, max_length=200)
    file = models.FileField(upload_to="jobs/%Y/%m/", blank=True, max_length=200)
    file_name = models.CharField(max_length=200, blank=True)
    runner = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    heartbeat_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()
    policy = RolePolicy(
        {"view": frozenset({Role.ADMINISTRATOR})},
        {"view": (frozenset(Role), _own), "change": (frozenset(Role), _own)},
    )

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["zone", "owner", "-created_at"], name="job_by_owner"),
            models.Index(
                fields=["state", "created_at"], condition=Q(state__in=["queued", "running"]), name="job_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
