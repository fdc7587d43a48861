"""Killed while writing, again and again: nothing is half-written, and the doctor has nothing to say."""

from __future__ import annotations

import os
import random
import time
from datetime import date
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from zoneworks.kit import recording
from zoneworks.kit.models import Change
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.site.operating.backing_up import back_up
from zoneworks.site.operating.doctor import Level, examined
from zoneworks.site.tests.operating.conftest import PDF
from zoneworks.site.tests.operating.killing import killed_after
from zoneworks.sources import services
from zoneworks.sources.models import Attachment, Passage

ROUNDS = 12


def write_on(start: int, rounds: int | None = None) -> None:
    """Enter projects, facts, corrections, citations and files, through the services that people use; without end."""
    first = Project.objects.order_by("pk")[0]
    passage = Passage.objects.order_by("pk")[0]
    for number in count(start) if rounds is None else range(start, start + rounds):
        with transaction.atomic():
            project = Project.objects.create(zone=first.zone, name=f"项目 {number}")
        day = date(2024, 1 + number % 12, 1 + number % 28)
        step = ProjectStep(zone=project.zone, project=project, kind="signed", earliest=day, latest=day)
        with transaction.atomic():
            recording.add(step, actor=None)
            services.cite(step, [passage], actor=None)
        figure = ProjectFigure(
            zone=project.zone, project=project, kind="planned_total", value=number + 1, unit="CNY", earliest=day,
            latest=day,
        )  # fmt: skip
        recording.add(figure, actor=None)
        later = ProjectFigure(kind="planned_total", value=number + 2, unit="CNY", earliest=day, latest=day)
        recording.correct(figure, later, actor=None)
        scan = SimpleUploadedFile("scan.pdf", PDF + str(number).encode())
        services.attach(project, scan, actor=None)


def test_killed_in_a_loop_while_writing_nothing_is_half_written(workbench, tmp_path):
    back_up(tmp_path / "last.zip")
    chosen = random.Random(3)
    started = time.monotonic()
    write_on(-5, 5)
    lasts = time.monotonic() - started

    killed = sum(
        killed_after(chosen.uniform(0.1, 1) * lasts, lambda turn=turn: write_on(turn * 10_000))
        for turn in range(ROUNDS)
    )

    assert killed == ROUNDS
    assert ProjectStep.objects.count() > 6
    for name in workbench.stored():  # an upload that was broken off is old enough to be told
        os.utime(workbench.files / name, (0, 0))
    found = [finding for finding in examined(mend=True) if finding.level != Level.OK]
    assert found == []
    assert len(workbench.stored()) == Attachment.objects.count() + 1
    assert (
        Change.objects.filter(verb="correct").count()
        == ProjectFigure.objects.filter(reverses__isnull=False).count()
    )


def test_a_failed_write_leaves_neither_row_nor_file(workbench, monkeypatch):
    """What a kill does by force, an error does too."""
    rows, stored = Attachment.objects.count(), workbench.stored()

    def fails(*_args, **_kwargs):
        raise IntegrityError

    monkeypatch.setattr(services, "record", fails)
    with pytest.raises(IntegrityError):
        services.attach(Project.objects.get(), SimpleUploadedFile("scan.pdf", PDF + b"x"), actor=None)
    assert (Attachment.objects.count(), workbench.stored()) == (rows, stored)
