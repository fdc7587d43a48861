"""Times the workbench on a synthetic zone, beside what cannot be beaten: an empty page, and the bare SQL.

    python tools/bench.py --projects 100000 --json bench.json

Each page is asked for several times through the whole stack, without a network. `first` is the first time in this
process, after a change of the records: nothing is kept yet. `p50` and `p95` are those of the rounds after it. The
floor of `ratio` is an empty page of the same frame and the queries of the first time, run on the bare connection.
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
from typing import Any

ROUNDS = 20
USER = "bench"


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="Where the measured data lies.")
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
    found["list projects, page 1000"] = f"{base}/projects/?page=1000"
    found["list projects, two characters"] = f"{base}/projects/?q=样例"
    found["list projects, a code"] = f"{base}/projects/?q=04999"
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
    """Return how long each round of `run` took, in milliseconds, the shortest first."""
    taken = []
    for _round in range(rounds):
        began = time.perf_counter()
        run()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


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


def timed_pages(zone: Any) -> list[dict[str, Any]]:
    """Return a row of numbers for each page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from zoneworks.accounts.models import User
    from zoneworks.kit.revision import renew

    # A host that the settings take: any other gets an error page, which is quick to answer.
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=USER))
    floor = median_ms(lambda: client.get(f"/{zone.code}/bench/empty/"))
    rows: list[dict[str, Any]] = [{"what": "an empty page", "status": 200, "p50": floor}]
    for name, url in pages(zone).items():
        renew(zone)
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            status = client.get(url).status_code
            if status != HTTPStatus.OK:
                raise SystemExit(f"{name}: {url} answered {status}; what was to be timed is not there.")
            # The next request empties the log.
            queries = list(captured.captured_queries)
        first = (time.perf_counter() - began) * 1000
        taken = times_ms(lambda url=url: client.get(url))  # type: ignore[misc]
        sql = _sql_ms(queries)
        p50 = statistics.median(taken)
        rows.append(
            {
                "what": name,
                "status": status,
                "p50": p50,
                "p95": taken[round(0.95 * (len(taken) - 1))],
                "first": first,
                "queries": len(queries),
                "sql": sql,
                "ratio": p50 / (floor + (sql or 0.0)),
            }
        )
    return rows


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
    os.environ["DJANGO_SETTINGS_MODULE"] = "zoneworks.site.settings"
    (wanted.data / "static").mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from django.urls import path

    from zoneworks.site import urls

    urls.zone_urls.append(path("bench/empty/", empty_page))
    zone = prepare(wanted)
    numbers = {"projects": wanted.projects, "pages": timed_pages(zone), "measures": timed_measures(zone)}
    numbers["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print_table(numbers["pages"])
    print_table(numbers["measures"])
    print(f"peak memory: {numbers['peak_memory_mb']} MB")
    if wanted.json:
        wanted.json.write_text(json.dumps(numbers, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
