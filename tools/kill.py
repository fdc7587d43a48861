"""Kills a workbench with -9 while people write, again and again, and looks whether anything is lost or half-written.

    python tools/kill.py --rounds 20
    python tools/postgres.py python tools/kill.py          # also while it is moved to that PostgreSQL
    python tools/kill.py --move-to postgres://me@host/new  # to an empty database of yours, which is emptied after

A server serves a synthetic zone in a temporary folder. Programs with tokens, people on pages, an import and a backup
write to it. At a moment by chance it is killed: every process at once, the first one alone, or one of its children.
After it was started again, each write that was acknowledged has to be there once with all that belongs to it, every
other one wholly or not at all, and `zoneworks doctor` has to find nothing. Then commands are killed: backup, restore
beside a running server, upgrade, move. The database that DATABASE_URL names is never touched.

It ends with 1 when something is wrong, and also when it proves nothing: when no write of a kind was acknowledged, or
a command was never killed at work.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kill_commands import killed_commands, target_refused
from kill_writers import Attacher, Book, Importer, Logger, Program, at_work
from machine import Machine, at_home, kill
from postgres import THROWN_AWAY

ZONE, PASSWORD = "kill", "北园-practice-7391"
PROGRAMS, LOGGERS = 2, 2
WRITERS = (Program, Logger, Attacher, Importer)
WHOM = ("everything", "the first process", "everything", "a child")
SHORTEST, LONGEST = 1.5, 6.0
SHOWN = 40
WARMS_UP_WITHIN = 30.0


def main() -> int:
    """Run the rounds, print a table, and return 1 when something was lost, half-written or found by the doctor."""
    wanted = arguments()
    # The environment of an operator may name the database of the zone: it is never the target of the move.
    os.environ.pop("DATABASE_URL", None)
    target = wanted.move_to or os.environ.pop(THROWN_AWAY, "")
    if refusal := target and target_refused(target):
        print(refusal, file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="zoneworks-kill-"))
    print(f"in {folder}, by chance number {wanted.seed}")
    machine = Machine(folder / "data")
    os.environ |= machine.environment() | {"DJANGO_SETTINGS_MODULE": "zoneworks.site.settings"}
    machine.data.mkdir(mode=0o700)
    import django

    django.setup()
    chosen = random.Random(wanted.seed)  # noqa: S311
    wrong = Rounds(machine, folder / "backups", chosen, wanted.projects).run(wanted.rounds)
    if wanted.commands:
        wrong += killed_commands(machine, folder, target, chosen, wanted.commands)
    for line in wrong[:SHOWN]:
        print(f"WRONG  {line}")
    print(f"{len(wrong)} things are wrong" if wrong else "Nothing is lost, nothing is half-written.")
    if wrong or wanted.keep:
        print(f"left to be looked at: {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if wrong else 0


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="How often the server is killed (20).")
    parser.add_argument("--commands", type=int, default=5, help="How often each command is killed (5).")
    parser.add_argument("--projects", type=int, default=200, help="How large the zone is (200).")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10_000), help="Another number, other moments."
    )
    parser.add_argument(
        "--move-to",
        default="",
        metavar="ADDRESS",
        help="An empty PostgreSQL database to which the workbench is moved; it is emptied again and again.",
    )
    parser.add_argument("--keep", action="store_true", help="Leave the folder there.")
    return parser.parse_args()


class Rounds:
    """The server is killed while people write to it."""

    def __init__(self, machine: Machine, backups: Path, chosen: random.Random, projects: int) -> None:
        self.machine, self.backups, self.chosen, self.projects = machine, backups, chosen, projects
        self.book = Book()
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        self.backups_cut = 0
        backups.mkdir()

    def run(self, rounds: int) -> list[str]:
        """Kill the server `rounds` times; return what was wrong."""
        self.machine.must("upgrade")
        self.writers = prepared(self.machine, self.book, self.projects)
        self.machine.must("backup", str(self.backups / "first.zip"))
        self.machine.start()
        for number in range(rounds):
            self._round(number)
        self._end()
        self.machine.kill("everything")
        return self.wrong

    def _round(self, number: int) -> None:
        before, whom = len(self.book.attempts), WHOM[number % len(WHOM)]
        stopping = threading.Event()
        threads = at_work(self.writers, stopping)
        self._wait_for_work(before)
        lasts = self.chosen.uniform(SHORTEST, LONGEST)
        begins = self.chosen.uniform(0, lasts)
        time.sleep(begins)
        archive = self.backups / f"{number:03}.zip"
        backup = self.machine.begin("backup", str(archive))
        time.sleep(lasts - begins)
        self.machine.kill(whom, stopping.set)
        was_cut = kill(backup)
        self.backups_cut += was_cut
        stopping.set()
        for thread in threads:
            thread.join()
        started = self.machine.start()
        self._look(number, archive, was_cut=was_cut)
        answers = Counter(one.answer for one in self.book.attempts[before:])
        told = ", ".join(f"{count} {answer}" for answer, count in sorted(answers.items()))
        cut = "backup cut off" if was_cut else "backup made"
        print(f"{number + 1:3}  killed {whom} after {lasts:.1f} s; {told}; {cut}; back in {started:.1f} s")

    def _wait_for_work(self, before: int) -> None:
        """Wait until everybody is at work: on a busy machine a log-in takes its time."""
        until = time.monotonic() + WARMS_UP_WITHIN
        while time.monotonic() < until:
            if {one.kind for one in self.book.attempts[before:] if one.is_sure} >= {"project", "log", "file"}:
                return
            time.sleep(0.1)

    def _look(self, number: int, archive: Path, *, was_cut: bool) -> None:
        from kill_proof import wrong_with

        with at_home(self.machine):
            found = [*wrong_with(self.book.attempts), *self.book.wrong, *self.machine.lines]
        self.book.wrong.clear()
        self.machine.lines.clear()
        found += told_of(self.machine.findings(), passes_over={"left-behind"} if was_cut else set())
        if archive.exists():
            code, said = self.machine.run("backup", "--verify", str(archive))
            found += [f"{archive.name} does not verify: {said}"] if code else []
        elif not was_cut:
            found.append(f"{archive.name} was made and is not there")
        self._note(found, f"round {number + 1}: ")

    def _note(self, found: Iterable[str], where: str) -> None:
        """Keep what is wrong, the first time that it is seen."""
        for line in found:
            if line not in self.seen:
                self.seen.add(line)
                self.wrong.append(where + line)

    def _end(self) -> None:
        """Look at everything once more, and restore the last backup on a new machine."""
        from kill_proof import files_without_rows, is_there, wrong_with

        with at_home(self.machine):
            self._note(wrong_with(self.book.attempts), "at the end: ")
            lonely = files_without_rows()
            kinds = Counter(one.kind for one in self.book.attempts if one.is_sure)
            unanswered = [one for one in self.book.attempts if one.answer == "unanswered"]
            kept = sum(map(is_there, unanswered))
        self.wrong += [
            f"no {kind} was acknowledged, so nothing is proven of it; ask for more --rounds"
            for writer in WRITERS
            for kind in writer.KINDS
            if not kinds[kind]
        ]
        if not self.backups_cut:
            self.wrong.append(
                "no backup was killed at work, so nothing is proven of it; ask for more --rounds"
            )
        for path in lonely:
            os.utime(path, (0, 0))
        found = self.machine.findings("--mend")
        self.wrong += told_of(found, passes_over=set())
        told = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))
        print(f"acknowledged and there, once: {told}")
        print(f"never answered: {len(unanswered)}, of which {kept} are wholly there, the others not at all")
        print(f"uploads that were broken off, put aside by the doctor: {len(lonely)}")
        other = Machine(self.machine.data.parent / "other")
        other.data.mkdir(mode=0o700)
        other.must("restore", str(max(self.backups.glob("*.zip"), key=lambda path: path.stat().st_mtime)))
        self.wrong += [f"restored: {line}" for line in told_of(other.findings(), passes_over={"backup"})]


def told_of(findings: list[dict[str, Any]], passes_over: set[str]) -> list[str]:
    """Return what the doctor found, without the checks that what was done explains."""
    return [
        f"doctor, {each['check']}: {each['said']} {' '.join(each['examples'][:3])}"
        for each in findings
        if each["check"] not in passes_over
    ]


def prepared(machine: Machine, book: Book, projects: int) -> list[Any]:
    """Fill the workbench with a zone, its people and a source; return who is going to write."""
    from django.core.management import call_command

    from zoneworks.accounts.models import Membership, User, Zone
    from zoneworks.accounts.roles import Role
    from zoneworks.doors import tokens
    from zoneworks.projects.models import Project
    from zoneworks.sources import services
    from zoneworks.sources.models import Document

    call_command("generate", projects=projects, seed=1, zone=ZONE)
    zone = Zone.objects.get(code=ZONE)
    names = [f"writer{number}" for number in range(PROGRAMS + LOGGERS + 2)]
    people = [User.objects.create_user(name, password=PASSWORD, full_name=name) for name in names]
    for person in people:
        for role in (Role.OFFICER, Role.VERIFIER):
            Membership.objects.create(user=person, zone=zone, role=role)
    said = "五月初，甲公司的项目签约，计划总投资近20亿元。"
    document = Document(zone=zone, title="高邮日报", kind="newspaper", text=said)
    services.keep_document(document, actor=people[0])
    passage = services.mark(document, 0, len(said), actor=people[0])
    first = Project.objects.filter(zone=zone).order_by("pk")[0]
    machine.port = 0
    machine.start()
    machine.kill("everything")
    base = f"{machine.base}/{ZONE}"
    keys = [tokens.make(one, zone, name="kill", may_write=True, days=7)[1] for one in people[:PROGRAMS]]
    seats = iter(people[PROGRAMS:])
    kinds = [Logger] * LOGGERS + [Attacher, Importer]
    return [Program(book, base, key, passage.pk) for key in keys] + [
        kind(book, base, next(seats).get_username(), PASSWORD, first.pk) for kind in kinds
    ]


if __name__ == "__main__":
    sys.exit(main())
