"""Lets a crowd work with a workbench at once, and says how long it waited and what went wrong.

    python tools/crowd.py --people 200 --minutes 10 --projects 100000

A server (`zoneworks serve`) answers on a synthetic zone, kept in `--data` for the next time; it is as many processes
and threads as an operator gets without asking for more. locust plays the people (tools/crowd_people.py): each logs in
on the page with an own name, reads, searches, logs visits and records steps, with waits between. Times count from when
everybody is in; errors count always. It ends with 1 when there was an error, or when 95 of 100 answers took longer
than `--aim` milliseconds. The people take processor time of the same machine.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

from machine import Machine

PASSWORD = "北园-practice-7391"  # noqa: S105
HERE = Path(__file__).parent
TOTAL = "all of it"
LONGEST_DOOR = 900
"""Seconds within which everybody has to be in."""
OWN = 20
"""How many projects are an officer's own."""


def main() -> int:
    """Prepare, let the crowd in, print the table; return the exit code."""
    wanted = arguments()
    if importlib.util.find_spec("locust") is None:
        print(
            "locust is not installed: pip install --require-hashes -r requirements/crowd.txt, or make crowd"
        )
        return 2
    wanted.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    machine = Machine(wanted.data.resolve())
    os.environ |= machine.environment() | {"DJANGO_SETTINGS_MODULE": "zoneworks.site.settings"}
    machine.must("upgrade", "--without-copy")
    zone = prepared(wanted.projects, wanted.people)
    started = machine.start()
    print(f"{zone}: the server is there after {started:.1f} s; {wanted.people} people come in", flush=True)
    try:
        notes = play(machine, zone, wanted)
    finally:
        machine.kill("everything")
    return told(notes, wanted.aim)


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=200, help="How many at once (200).")
    parser.add_argument("--minutes", type=float, default=10, help="For how long, once they are in (10).")
    parser.add_argument("--projects", type=int, default=10_000, help="How large the zone is (10000).")
    parser.add_argument("--rate", type=float, default=2, help="How many come in a second (2).")
    parser.add_argument("--aim", type=float, default=300, help="p95 in milliseconds that is aimed at (300).")
    parser.add_argument("--data", type=Path, default=Path("var/crowd"), help="Where the data lies.")
    return parser.parse_args()


def prepared(projects: int, people: int) -> str:
    """Make the zone and its people where they are missing; return the code of the zone."""
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command
    from django.db import connections

    from zoneworks.accounts.models import Membership, User, Zone
    from zoneworks.accounts.roles import Role
    from zoneworks.projects.models import Project

    code = f"sample-{projects}-1"
    if not Zone.objects.filter(code=code).exists():
        call_command("generate", projects=projects, seed=1, zone=code)
    zone = Zone.objects.get(code=code)
    projects_of = iter(Project.objects.filter(zone=zone).order_by("pk").values_list("pk", flat=True))
    hashed = make_password(PASSWORD)
    for number in range(people):
        user, is_new = User.objects.get_or_create(
            username=f"crowd{number:04}", defaults={"full_name": f"Crowd {number}", "password": hashed}
        )
        for role in (Role.OFFICER, Role.LEADER):
            Membership.objects.get_or_create(zone=zone, user=user, unit=None, role=role)
        own = list(islice(projects_of, OWN))
        if is_new:
            Project.objects.filter(pk__in=own).update(officer=user)
    connections.close_all()
    return code


def play(machine: Machine, zone: str, wanted: argparse.Namespace) -> Path:
    """Let locust play; return the file that holds a line for each request."""
    noted = machine.data / "crowd.tsv"
    noted.write_text("")
    # The people end it themselves, some time after the last of them is in; this is for when they do not.
    longest = int(wanted.minutes * 60 + wanted.people / wanted.rate + LONGEST_DOOR)
    asked = [
        "--headless", "--only-summary", "--locustfile", str(HERE / "crowd_people.py"),
        "--host", machine.base, "--users", str(wanted.people), "--spawn-rate", str(wanted.rate),
        "--run-time", f"{longest}s", "--stop-timeout", "30", "--exit-code-on-error", "0",
    ]  # fmt: skip
    told_to = {
        "CROWD_ZONE": zone,
        "CROWD_PASSWORD": PASSWORD,
        "CROWD_PROJECTS": str(wanted.projects),
        "CROWD_PEOPLE": str(wanted.people),
        "CROWD_SECONDS": str(wanted.minutes * 60),
        "CROWD_NOTES": str(noted),
    }
    with (machine.data / "locust.log").open("wb") as log:
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "locust", *asked],
            env=os.environ | told_to, stdout=log, stderr=subprocess.STDOUT, check=True,
        )  # fmt: skip
    return noted


def told(notes: Path, aim: float) -> int:
    """Print what was asked how often and how long it took, in milliseconds; return the exit code."""
    asked, failures = defaultdict(list), Counter[str]()
    for line in notes.read_text().splitlines():
        name, is_full, taken, wrong = line.split("\t")
        if is_full == "1":
            asked[name].append(float(taken))
            asked[TOTAL].append(float(taken))
        if wrong:
            failures[f"{name}: {wrong}"] += 1
    print(f"{'what':40} {'asked':>7} {'p50':>7} {'p95':>7} {'p99':>7} {'longest':>8}")
    for name, taken_ms in sorted(asked.items(), key=lambda one: (one[0] == TOTAL, -len(one[1]))):
        shares = " ".join(f"{at(taken_ms, share):7.0f}" for share in (0.5, 0.95, 0.99))
        print(f"{name:40} {len(taken_ms):7} {shares} {max(taken_ms):8.0f}")
    for line, times in failures.most_common(20):
        print(f"FAILED  {times} × {line}")
    if not asked:
        print("Nobody got in, or not everybody.")
        return 1
    p95 = at(asked[TOTAL], 0.95)
    print(f"{sum(failures.values())} errors; p95 {p95:.0f} ms, aimed at {aim:.0f} ms")
    return 1 if failures or p95 > aim else 0


def at(taken: list[float], share: float) -> float:
    """Return the time within which `share` of the answers came."""
    return sorted(taken)[round(share * (len(taken) - 1))]


if __name__ == "__main__":
    sys.exit(main())
