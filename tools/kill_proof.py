"""Looks in the database for what was sent: what was acknowledged once and whole, the rest wholly there or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from kill_writers import ROWS_OF_IMPORT, Attempt

from zoneworks.engagements.models import Engagement
from zoneworks.exchange.models import WorkbookImport
from zoneworks.kit.models import Change
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.site.operating import files
from zoneworks.sources.models import Attachment, Citation


def wrong_with(attempts: Iterable[Attempt]) -> Iterator[str]:
    """Yield a sentence for each write that is lost, there twice, there in part, or there although it was refused."""
    for one in attempts:
        count, missing = FOUND[one.kind](one)
        if missing:
            yield f"{one.mark} is half-written: {', '.join(missing)}"
        if count > 1:
            yield f"{one.mark} is there {count} times"
        if one.is_sure and not count:
            yield f"{one.mark} was acknowledged and is not there"
        if one.answer == "refused" and count:
            yield f"{one.mark} was refused and is there"


def is_there(one: Attempt) -> bool:
    """Tell whether an attempt is in the database."""
    return FOUND[one.kind](one)[0] > 0


def files_without_rows() -> list[Path]:
    """Return the files that no row refers to: uploads that were broken off."""
    return [files.root() / name for name in sorted(set(files.lying_there()) - files.referred_to().keys())]


Found = tuple[int, list[str]]


def _of_rows(rows: Iterable[Any], parts: Callable[[Any], dict[str, bool]]) -> Found:
    """Return how many rows there are, and which of their parts are missing."""
    held = list(rows)
    return len(held), [name for row in held for name, is_whole in parts(row).items() if not is_whole]


def _lines(row: Any, verb: str) -> int:
    kind = ContentType.objects.get_for_model(row)
    return Change.objects.filter(content_type=kind, object_id=row.pk, verb=verb).count()


def _citations(row: Any) -> int:
    return Citation.objects.of([row]).count()


def _project(one: Attempt) -> Found:
    return _of_rows(
        Project.objects.filter(name=one.mark),
        lambda row: {"line in the trail": _lines(row, "add") == 1, "search texts": bool(row.search_text)},
    )


def _step(one: Attempt) -> Found:
    def parts(row: ProjectStep) -> dict[str, bool]:
        return {
            "line in the trail": _lines(row, "record") == 1,
            "citation": _citations(row) == 1,
            "stage of the project": row.project.stage == "signed",
        }

    return _of_rows(ProjectStep.objects.filter(note=one.mark).select_related("project"), parts)


def _figure(one: Attempt) -> Found:
    verb = "correct" if one.kind == "correction" else "record"

    def parts(row: ProjectFigure) -> dict[str, bool]:
        is_replaced = row.reverses_id == one.about if verb == "correct" else row.reverses_id is None
        return {
            "line in the trail": _lines(row, verb) == 1,
            "citation": _citations(row) == 1,
            "what it corrects": is_replaced,
        }

    return _of_rows(ProjectFigure.objects.filter(note=one.mark), parts)


def _log(one: Attempt) -> Found:
    def parts(row: Engagement) -> dict[str, bool]:
        return {
            "line in the trail": _lines(row, "add") == 1,
            "step": row.steps.count() == 1,
            "organization": row.organization_parts.count() == 1,
            "figures": row.figures.count() == 1,
            "photo": _is_kept(Attachment.objects.of([row])),
            "line of the photo": _lines(row, "attach") == 1,
        }

    found = _of_rows(Engagement.objects.filter(outcome=one.mark), parts)
    bodies = Organization.objects.filter(name=one.sent["organization_typed"]).count() if one.sent else 0
    return found[0], found[1] + (["one new organization"] if bodies != found[0] else [])


def _file(one: Attempt) -> Found:
    def parts(row: Attachment) -> dict[str, bool]:
        kind = ContentType.objects.get_for_model(Project)
        told = Change.objects.filter(content_type=kind, object_id=one.about, verb="attach")
        named = [each for each in told if each.fields.get("attachment", [None, None])[-1] == row.name]
        return {"line in the trail": len(named) == 1, "file": _is_kept([row])}

    return _of_rows(Attachment.objects.filter(name=f"{one.mark}.pdf"), parts)


def _is_kept(attachments: Iterable[Attachment]) -> bool:
    """Tell whether there is one file that holds what its row says."""
    held = list(attachments)
    paths = [Path(settings.MEDIA_ROOT) / str(each.file.name) for each in held]
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "" for path in paths]
    return len(held) == 1 and sums == [each.sha256 for each in held]


def _import(one: Attempt) -> Found:
    """An import is all of its rows with their steps, citations and lines, or none."""
    projects = Project.objects.filter(summary=one.mark)
    steps = ProjectStep.objects.filter(project__in=projects)
    workbooks = WorkbookImport.objects.filter(name=f"{one.mark}.csv")
    rows = projects.count()
    if not rows:
        return 0, [] if not workbooks.exclude(written_at=None).exists() else ["every row"]
    cited = Citation.objects.filter(attachment__in=Attachment.objects.of(workbooks)).count()
    lines = Change.objects.filter(
        content_type=ContentType.objects.get_for_model(Project),
        object_id__in=projects.values("pk"),
        verb="add",
    ).count()
    whole = {
        "rows": rows % ROWS_OF_IMPORT == 0,
        "steps": steps.count() == rows,
        "stages": projects.filter(stage="signed").count() == rows,
        "citations": cited == 2 * rows,
        "lines in the trail": lines == rows,
        "its own end": workbooks.exclude(written_at=None).count() == rows / ROWS_OF_IMPORT,
    }
    return rows // ROWS_OF_IMPORT, [name for name, is_whole in whole.items() if not is_whole]


FOUND: dict[str, Callable[[Attempt], Found]] = {
    "project": _project,
    "step": _step,
    "figure": _figure,
    "correction": _figure,
    "log": _log,
    "file": _file,
    "import": _import,
}
