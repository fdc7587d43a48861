"""Times the workbench on a synthetic zone, beside what cannot be beaten: an empty page, and the bare SQL.

    python tools/bench.py --projects 100000 --json bench.json

Each page is asked for several times through the whole stack, without a network, and timed by the processor time that
it takes, so that other work of the machine does not count. `cold` is the first time after everything was marked as
changed: nothing is kept. `changed` is the first time after one step of one project was recorded. `p50` and `p95` are
those of the rounds after it. The floor of `ratio` is an empty page of the same frame and the bare queries of such a
round.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

ROUNDS = 20
IMPORTED = 20_000
HOST = "localhost"
USER = "bench"


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="Where the measured data lies.")
    parser.add_argument("--pages-only", action="store_true", help="Leave out measures and workbooks.")
    parser.add_argument("--json", type=Path, help="Write the numbers to this file too.")
    return parser.parse_args()


def prepare(wanted: argparse.Namespace) -> Any:
    """Return the synthetic zone, generated when it is not there; its leader's log-in is called `bench`."""
    from django.core.management import call_command

    from zoneworks.accounts.models import Membership, User, Zone
    from zoneworks.accounts.roles import Role

    call_command("migrate", verbosity=0)
    code = f"sample-{wanted.projects}-{wanted.seed}"
    if not Zone.objects.filter(code=code).exists():
        call_command("generate", projects=wanted.projects, seed=wanted.seed, zone=code)
    zone = Zone.objects.get(code=code)
    user, _made = User.objects.get_or_create(username=USER)
    for role in (Role.LEADER, Role.ADMINISTRATOR):
        Membership.objects.get_or_create(zone=zone, user=user, unit=None, role=role)
    return zone


def empty_page(request: Any) -> Any:
    """Return the frame of the pages around nothing."""
    from django.shortcuts import render

    return render(request, "kit/base.html")


def pages(zone: Any) -> dict[str, str]:
    """Return the addresses that are timed, by a name for each."""

    from zoneworks.engagements.models import Engagement
    from zoneworks.kit.registry import ledgers
    from zoneworks.projects.models import Project

    base = f"/{zone.code}"
    found = {f"list {ledger.slug}": f"{base}/{ledger.slug}/" for ledger in ledgers}
    middle = Project.objects.filter(zone=zone).order_by("pk")[Project.objects.filter(zone=zone).count() // 2]
    found["list projects, page 1000 or last"] = f"{base}/projects/?page=1000"
    found["list projects, two characters"] = f"{base}/projects/?q=样例"
    found["list projects, a code"] = f"{base}/projects/?q=04999"
    for what, text in (("in every name", "样例"), ("a code", "04999"), ("an amount", "1.2亿元")):
        found[f"search, {what}"] = f"{base}/search/?{urlencode({'q': text})}"
    found["list projects, three filters"] = (
        f"{base}/projects/?stage=signed&industry=semiconductors&unit={middle.unit_id or ''}"
    )
    found["list projects, a year ago"] = f"{base}/projects/?as_of={middle.created_at.year}-01-01"
    found["page of a project"] = f"{base}/projects/{middle.pk}/"
    held = Engagement.objects.filter(zone=zone).first()
    if held is not None:
        found["page of an engagement"] = f"{base}/engagements/{held.pk}/"
    found["board of the leader"] = f"{base}/boards/leader/"
    found["board of the officer"] = f"{base}/boards/officer/"
    found["list of measures"] = f"{base}/measures/"
    found["one measure opened"] = f"{base}/measures/projects.signed/"
    return found


def times_ms(run: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    """Return how much processor time each round of `run` took, in milliseconds, the shortest first."""
    return sorted(taken_ms(run) for _round in range(rounds))


def taken_ms(run: Callable[[], Any]) -> float:
    """Return how much processor time `run` took, in milliseconds."""
    began = time.process_time()
    run()
    return (time.process_time() - began) * 1000


def median_ms(run: Callable[[], Any], rounds: int = 5) -> float:
    """Return the median time of `run` in milliseconds, after one round that warms up."""
    run()
    return statistics.median(times_ms(run, rounds))


def bare(queries: list[dict[str, str]]) -> Callable[[], None]:
    """Return a function that runs these captured queries again, without anything around them."""
    from django.db import connection

    reads = [
        query["sql"] for query in queries if query["sql"].lstrip("( ").upper().startswith(("SELECT", "WITH"))
    ]

    def run() -> None:
        with connection.connection.cursor() if connection.vendor == "postgresql" else _closing() as cursor:
            for sql in reads:
                cursor.execute(sql)
                cursor.fetchall()

    return run


def _closing() -> Any:
    from contextlib import closing

    from django.db import connection

    return closing(connection.connection.cursor())


def record_a_step(zone: Any) -> None:
    """Record a step of the project in the middle, as an officer would."""
    from django.utils.timezone import localdate

    from zoneworks.kit import recording
    from zoneworks.projects.models import Project, ProjectStep

    projects = Project.objects.filter(zone=zone).order_by("pk")
    today = localdate()
    step = ProjectStep(
        zone=zone, project=projects[projects.count() // 2], kind="in_talks", earliest=today, latest=today
    )
    recording.add(step, actor=None)


def timed_pages(zone: Any) -> list[dict[str, Any]]:
    """Return a row of numbers for each page; raise `RuntimeError` for one that is refused: it would measure nothing."""
    from django.test import Client

    from zoneworks.accounts.models import User

    # Any other name than one that the settings allow is refused.
    client = Client(headers={"host": HOST})
    client.force_login(User.objects.get(username=USER))

    def asks(url: str) -> Callable[[], None]:
        def ask() -> None:
            status = client.get(url).status_code
            if status != HTTPStatus.OK:
                raise RuntimeError(f"{url} answered {status}")

        return ask

    floor = median_ms(asks(f"/{zone.code}/bench/empty/"))
    rows = [_timed_page(zone, name, asks(url), floor) for name, url in pages(zone).items()]
    return [{"what": "an empty page", "p50": floor}, *rows]


def _timed_page(zone: Any, name: str, ask: Callable[[], None], floor: float) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from zoneworks.kit.revision import renew

    renew(zone)
    cold = taken_ms(ask)
    record_a_step(zone)
    changed = taken_ms(ask)
    taken = times_ms(ask)
    with CaptureQueriesContext(connection) as captured:
        ask()
        # The next request empties the log.
        queries = list(captured.captured_queries)
    p50, sql = statistics.median(taken), _sql_ms(queries)
    return {
        "what": name,
        "p50": p50,
        "p95": taken[round(0.95 * (len(taken) - 1))],
        "cold": cold,
        "changed": changed,
        "queries": len(queries),
        "sql": sql,
        "ratio": p50 / (floor + (sql or 0.0)),
    }


def _sql_ms(queries: list[dict[str, str]]) -> float | None:
    """Return the time of the bare queries, or nothing where a captured one cannot be run again as text."""
    try:
        return median_ms(bare(queries))
    except Exception as error:
        print(f"(the queries could not be run again: {error})", file=sys.stderr)
        return None


def timed_measures(zone: Any) -> list[dict[str, Any]]:
    """Return a row of numbers for each measure read over the year, ungrouped."""
    from zoneworks.kit.moment import Moment
    from zoneworks.measures.asking import scope_from
    from zoneworks.measures.reading import read
    from zoneworks.measures.registry import measures

    rows = []
    for one in measures:
        scope = scope_from({}, one, zone, Moment.present(), None)
        taken = median_ms(lambda one=one, scope=scope: read(one, scope), rounds=3)  # type: ignore[misc]
        rows.append({"what": f"measure {one.key}", "ms": taken, "value": str(read(one, scope).value)})
    signed = measures["projects.signed"]
    whole = scope_from({"from": "1990-01-01"}, signed, zone, Moment.present(), None).by("unit", "month")
    taken = median_ms(lambda: read(signed, whole), rounds=3)
    rows.append({"what": "projects.signed by unit and month, all steps", "ms": taken, "value": ""})
    return sorted(rows, key=lambda row: -row["ms"])


def timed_exchange(zone: Any, folder: Path) -> list[dict[str, Any]]:
    """Return a row for the list of projects as a workbook, and one for a workbook of organizations that comes in."""
    from zoneworks.accounts.models import User
    from zoneworks.exchange.asking import Asked
    from zoneworks.exchange.exporting import export, select

    user = User.objects.get(username=USER)
    selection = select(Asked(zone, user, "projects"))
    taken = taken_ms(lambda: export(selection, folder / "export.xlsx"))
    path = folder / "import.csv"
    _write_organizations(path)
    return [
        {"what": f"export of {len(selection.keys)} projects", "ms": taken},
        {"what": f"import of {IMPORTED} organizations", "ms": taken_ms(lambda: _import(zone, user, path))},
    ]


def _write_organizations(path: Path) -> None:
    from zoneworks.organizations.models import Organization

    head = str(Organization._meta.get_field("name").verbose_name)
    names = (f"导入样例{number:06}有限公司" for number in range(IMPORTED))
    path.write_text("\n".join([head, *names]), encoding="utf-8")


def _import(zone: Any, user: Any, path: Path) -> None:
    """Read, plan and write the workbook at `path`, and take it back, so that the zone stays as it is."""
    from django.db import transaction

    from zoneworks.exchange.imports.planning import ledger_for, plan, recognized_in
    from zoneworks.exchange.imports.writing import write
    from zoneworks.sources.models import Attachment

    ledger = ledger_for(zone, user, "organizations")
    with path.open("rb") as file, transaction.atomic():
        recognized, _columns = recognized_in(ledger, file, path.name)
        found = plan(ledger, recognized)
        cited = Attachment.objects.create(
            zone=zone,
            target=zone,
            file=path.name,
            name=path.name,
            media_type="text/csv",
            size=1,
            added_by=user,
        )
        write(found, found.digest(), cited)
        transaction.set_rollback(True)


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print the numbers in columns."""
    names = list(rows[-1])
    cells = [[_shown(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[place]) for line in cells)) for place, name in enumerate(names)]
    for line in [names, *cells]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print()


def _shown(value: Any) -> str:
    return "–" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Prepare, measure, print."""
    wanted = arguments()
    os.environ["ZONEWORKS_DATA"] = str(wanted.data)
    os.environ["ZONEWORKS_HOSTS"] = HOST
    os.environ["DJANGO_SETTINGS_MODULE"] = "zoneworks.site.settings"
    (wanted.data / "static").mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from django.urls import path

    from zoneworks.site import urls

    urls.zone_urls.append(path("bench/empty/", empty_page))
    zone = prepare(wanted)
    numbers: dict[str, Any] = {"projects": wanted.projects, "pages": timed_pages(zone)}
    print_table(numbers["pages"])
    if not wanted.pages_only:
        numbers["measures"] = timed_measures(zone)
        print_table(numbers["measures"])
        with TemporaryDirectory() as folder:
            numbers["exchange"] = timed_exchange(zone, Path(folder))
        print_table(numbers["exchange"])
    numbers["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory: {numbers['peak_memory_mb']} MB")
    if wanted.json:
        wanted.json.write_text(json.dumps(numbers, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
