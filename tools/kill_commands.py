"""Kills the commands of the operator: a restore beside a running server, an upgrade, a move to PostgreSQL."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import Machine, at_home, kill, sums

EARLIER = Path(__file__).parent.parent / "zoneworks/site/tests/operating/earlier/workbench.zip"
Sums = dict[str, tuple[int, str]]


def killed_commands(
    machine: Machine, folder: Path, target: str, chosen: random.Random, rounds: int
) -> list[str]:
    """Kill each command `rounds` times; return what was wrong."""
    wrong = [*_restored(machine, folder, chosen, rounds), *_upgraded(folder, chosen, rounds)]
    if target:
        return wrong + _moved(machine, target, chosen, rounds)
    print("move: left out, since no PostgreSQL is named with --move-to; see the help")
    return wrong


def _cut(machine: Machine, chosen: random.Random, lasts: float, *arguments: str) -> bool:
    """Start a command and kill it at a moment of the `lasts` seconds that it takes; tell whether it was at work."""
    process = machine.begin(*arguments, stdout=subprocess.DEVNULL)
    time.sleep(chosen.uniform(0.3, 1.0) * lasts)
    return kill(process)


def _timed(run: Callable[[], object]) -> float:
    began = time.monotonic()
    run()
    return time.monotonic() - began


def _told(what: str, rounds: int, cut: int, ends: dict[str, int], wrong: list[str]) -> None:
    """Print how a command fared; one that was never killed at work is wrong, too, since it proves nothing."""
    if not cut:
        wrong.append(
            f"{what}: none of {rounds} was killed at work, so nothing is proven; ask for more --commands"
        )
    told = ", ".join(f"{count} × {end}" for end, count in sorted(ends.items()))
    print(f"{what}: {rounds} times, {cut} killed at work; found afterwards: {told}; {len(wrong)} wrong")


def _faults(machine: Machine, *passes_over: str) -> list[str]:
    found = machine.findings()
    return [f"doctor: {each['check']} {each['said']}" for each in found if each["check"] not in passes_over]


# -- restore ---------------------------------------------------------------------------------------------------------


def _restored(machine: Machine, folder: Path, chosen: random.Random, rounds: int) -> list[str]:
    """A killed restore leaves the old state or the new one, and a server that goes on."""
    archive = folder / "restore.zip"
    machine.must("backup", str(archive))
    machine.start()
    lasts = _timed(lambda: machine.must("restore", str(archive)))
    new = sums(machine)
    wrong, ends, cut = [], {"the old state": 0, "the new state": 0}, 0
    for number in range(rounds):
        with at_home(machine):
            _record_something(number)
        old = sums(machine)
        cut += _cut(machine, chosen, lasts, "restore", str(archive))
        now = sums(machine)
        end = {str(old): "the old state", str(new): "the new state"}.get(str(now))
        if end is None:
            differing = [name for name, said in now.items() if said not in (old[name], new[name])]
            wrong.append(f"restore {number + 1}: a mixture; of neither state: {differing}")
        else:
            ends[end] += 1
        if not machine.is_well():
            wrong.append(f"restore {number + 1}: the server is not well afterwards")
        wrong += [f"restore {number + 1}: {line}" for line in _faults(machine, "left-behind")]
        for copy in machine.data.glob("before-restore-*"):
            copy.unlink()
    machine.must("restore", str(archive))
    wrong += [f"restore, at the end: {line}" for line in _faults(machine)]
    machine.kill("everything")
    _told("restore", rounds, cut, ends, wrong)
    return wrong


def _record_something(number: int) -> None:
    """Enter a project with a file, so that the present state differs from the archive's."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import transaction
    from kill_writers import PDF

    from zoneworks.accounts.models import User, Zone
    from zoneworks.kit.audit import record, snapshot
    from zoneworks.projects.models import Project
    from zoneworks.sources import services

    actor = User.objects.order_by("pk")[0]
    with transaction.atomic():
        project = Project.objects.create(zone=Zone.objects.order_by("pk")[0], name=f"later {number}")
        record(actor, "add", project, after=snapshot(project))
    file = SimpleUploadedFile(f"later-{number}.pdf", PDF + str(number).encode())
    services.attach(project, file, actor=actor)


# -- upgrade ---------------------------------------------------------------------------------------------------------


def _upgraded(folder: Path, chosen: random.Random, rounds: int) -> list[str]:
    """A killed upgrade keeps the whole earlier state as an archive, and the next one brings it to its end."""
    whole = _earlier(folder / "upgrade")
    lasts = _timed(lambda: whole.must("upgrade"))
    expected = _readings(whole)
    migrations = _manifest(EARLIER)["migrations"]
    wrong, ends, cut = [], {"brought up by the next": 0, "brought up already": 0}, 0
    for number in range(rounds):
        machine = _earlier(folder / f"upgrade-{number}")
        cut += _cut(machine, chosen, lasts, "upgrade")
        said = machine.must("upgrade")
        is_up = said.startswith("The database is of this version")
        ends["brought up already" if is_up else "brought up by the next"] += 1
        found = _faults(machine, "backup", "left-behind")
        copies = sorted(machine.data.glob("before-upgrade-*.zip"))
        if not any(_manifest(copy)["migrations"] == migrations for copy in copies):
            found.append("the earlier state is kept nowhere")
        found += [
            f"{copy.name} does not verify"
            for copy in copies
            if machine.run("backup", "--verify", str(copy))[0]
        ]
        if _readings(machine) != expected:
            found.append("the readings differ")
        wrong += [f"upgrade {number + 1}: {line}" for line in found]
        shutil.rmtree(machine.data)
    _told("upgrade", rounds, cut, ends, wrong)
    return wrong


def _earlier(data: Path) -> Machine:
    """Return a machine on which an earlier state lies, with its files."""
    data.mkdir(mode=0o700)
    with zipfile.ZipFile(EARLIER) as archive:
        for name in archive.namelist():
            if name.startswith("files/"):
                archive.extract(name, data)
    from zoneworks.site.operating.archive import Archive

    with Archive(EARLIER) as opened:
        opened.extract(opened.manifest.part("database.sqlite3"), data / "zoneworks.sqlite3")
    for path in [data, *data.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return Machine(data)


def _manifest(archive: Path) -> dict[str, Any]:
    with zipfile.ZipFile(archive) as held:
        found: dict[str, Any] = json.loads(held.read("manifest.json"))
    return found


def _readings(machine: Machine) -> list[Any]:
    """Return what the workbench says of a year, with the rows that it counts."""
    year = ("--zone", "gaoyou", "--from", "2023-01-01", "--to", "2023-12-31", "--json")
    said = [
        json.loads(machine.must("measure", key, *year)) for key in ("projects.signed", "engagements.visits")
    ]
    return [(each["value"], each["rows"]) for each in said]


# -- move ------------------------------------------------------------------------------------------------------------


def _moved(machine: Machine, target: str, chosen: random.Random, rounds: int) -> list[str]:
    """A killed move leaves the target empty, or whole, and the source as it was; the next one succeeds."""
    source = sums(machine)
    _empty(target)
    lasts = _timed(lambda: machine.must("move", target))
    expected = sums(Machine(machine.data, target))
    wrong, ends, cut = [], {"empty": 0, "moved": 0}, 0
    for number in range(rounds):
        _empty(target)
        cut += _cut(machine, chosen, lasts, "move", target)
        tables = _tables(target)
        if not tables:
            ends["empty"] += 1
            machine.must("move", target)
        else:
            ends["moved"] += 1
        if sums(Machine(machine.data, target)) != expected:
            wrong.append(f"move {number + 1}: the target holds {tables} tables that are not the source")
        if sums(machine) != source:
            wrong.append(f"move {number + 1}: the source has changed")
    there = Machine(machine.data, target)
    wrong += [f"moved: {line}" for line in _faults(there, "left-behind")]
    _told("move", rounds, cut, ends, wrong)
    return wrong


def target_refused(target: str) -> str:
    """Return why nothing is moved to `target`, which is going to be emptied; nothing when it may be."""
    from zoneworks.site.databases import described

    if not described(target)["ENGINE"].endswith("postgresql"):
        return "The target of the move has to be a PostgreSQL, for example postgres://me@host/new."
    if held := _tables(target):
        return (
            f"The target of the move holds tables ({held}) and would be emptied, so nothing was done. "
            "Name a new, empty database."
        )
    return ""


def _asked(target: str, sql: str, *, answers: bool) -> Any:
    import psycopg

    from zoneworks.site.databases import described

    config = described(target)
    with psycopg.connect(
        host=config["HOST"] or None,
        port=config["PORT"] or None,
        user=config["USER"] or None,
        password=config["PASSWORD"] or None,
        dbname=config["NAME"],
        autocommit=True,
        **config.get("OPTIONS", {}),
    ) as database:
        found = database.execute(sql)
        return found.fetchone() if answers else None


def _empty(target: str) -> None:
    _asked(target, "DROP SCHEMA public CASCADE", answers=False)
    _asked(target, "CREATE SCHEMA public", answers=False)


def _tables(target: str) -> int:
    """Return how many tables and views there are, in whichever schema."""
    counted = (
        "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
    )
    return int(_asked(target, counted, answers=True)[0])
