"""`zoneworks measure`: JSON that a program reads, text that a person reads, and mistakes that are named."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.timezone import make_aware

from zoneworks.kit.recording import add
from zoneworks.measures.registry import MeasureUnit, measures
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.site.management.commands.measure import amount

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(zone, team):
    """One project signed on 8 May, recorded on 20 May; another signed some day of the second quarter."""
    made = []
    for name, first, last in (
        ("晶圆项目", date(2024, 5, 8), date(2024, 5, 8)),
        ("电池项目", date(2024, 4, 1), date(2024, 6, 30)),
    ):
        project = Project.objects.create(zone=zone, name=name, unit=team)
        step = ProjectStep(
            zone=zone,
            project=project,
            kind="signed",
            earliest=first,
            latest=last,
            recorded_at=make_aware(datetime(2024, 5, 20, 9)),
        )
        made.append(add(step, actor=None))
    return made


def asked(capsys, *arguments: str) -> dict:
    call_command("measure", *arguments, "--zone", "north", "--json")
    return json.loads(capsys.readouterr().out)


def test_json_names_value_unit_rows_and_definition(capsys, signed, zone):
    told = asked(
        capsys, "projects.signed", "--from", "2024-01-01", "--to", "2024-12-31", "--as-of", "2024-05-31"
    )

    assert told["value"] == 1
    assert told["uncertain"] == 1
    assert told["unit"] == "items"
    assert told["qualifier"] == "exact"
    assert told["definition"] == str(measures["projects.signed"].definition)
    assert told["rows"] == {
        "of": "projects.ProjectStep",
        "counted": [signed[0].pk],
        "uncertain": [signed[1].pk],
        "counted_amounts": {},
    }
    assert (told["from"], told["to"], told["as_of"]) == ("2024-01-01", "2024-12-31", "2024-05-31")
    assert (told["zone"], told["synthetic"]) == ("north", False)


@pytest.mark.parametrize(
    ("known_at", "value"), [("2024-05-19", 0), ("2024-05-20", 2), ("2024-05-20T08:59", 0)]
)
def test_a_number_is_asked_as_it_was_known(capsys, signed, known_at, value):
    told = asked(
        capsys, "projects.signed", "--from", "2024-01-01", "--to", "2024-12-31", "--known-at", known_at
    )

    assert told["value"] == value


def test_groups_and_filters(capsys, signed, team):
    period = ("--from", "2024-01-01", "--to", "2024-12-31")
    told = asked(capsys, "projects.signed", *period, "--by", "unit", "--filter", f"unit={team.name}")

    of_team = {"key": team.pk, "label": "招商一队", "value": 2, "uncertain": 0, "qualifier": "exact"}
    assert told["groups"] == [of_team]
    assert asked(capsys, "projects.signed", *period, "--filter", "unit=")["value"] == 0
    assert asked(capsys, "projects.signed", *period, "--basis", "zone")["value"] == 0


def test_text_is_for_people(capsys, signed):
    call_command(
        "measure", "projects.signed", "--zone", "north", "--from", "2024-01-01", "--to", "2024-12-31"
    )

    said = capsys.readouterr().out
    assert "2 items" in said
    assert f"#{signed[0].pk}  晶圆项目" in said
    assert "rests on 2 records: step" in said
    call_command("measure", "projects.signed", "--zone", "north", "--as-of", "2024-05-31")
    said = capsys.readouterr().out
    assert "rests on 1 record: step" in said
    assert "perhaps also on 1 record: step" in said


@pytest.mark.parametrize("as_json", [False, True])
def test_list_names_every_measure(capsys, as_json):
    call_command("measure", "--list", *(["--json"] if as_json else []))

    said = capsys.readouterr().out
    assert all(one.key in said for one in measures)
    if as_json:
        assert {each["key"]: each["unit"] for each in json.loads(said)} == {
            one.key: one.unit.value for one in measures
        }


@pytest.mark.parametrize("locale", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_no_two_measures_are_called_alike(capsys, monkeypatch, locale):
    monkeypatch.setenv("LC_ALL", locale)
    call_command("measure", "--list", "--json")

    names = [each["label"] for each in json.loads(capsys.readouterr().out)]
    assert len(names) == len(set(names))


def test_amounts_of_groups_stand_in_a_column_with_their_units(capsys, signed, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    year = ("--from", "2024-01-01", "--to", "2024-12-31", "--as-of", "2024-05-31")
    call_command("measure", "projects.signed", "--zone", "north", *year, "--by", "size_class")

    lines = capsys.readouterr().out.splitlines()
    found = [line for line in lines if line.startswith("    ") and " 个  " in line]
    assert len(found) == 3
    assert len({line.index(" 个  ") for line in found}) == 1


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1, "items", "1 item"),
        (2, "items", "2 items"),
        (1, "days", "1 day"),
        (Decimal("12.5"), "share", "12.5%"),
        (1, "batches", "1 batch"),
        (Decimal(5 * 10**8), "CNY", "CNY 500 million"),
    ],
)
def test_a_value_stands_with_its_unit(value, unit, said):
    assert amount(value, MeasureUnit(unit)) == said


# One of each way of adding up: counting, summing, a share, a median, a state, batches.
KINDS = (
    "projects.signed",
    "projects.signed.planned_total",
    "projects.conversion.started",
    "projects.days.started",
    "projects.in_hand",
    "engagements.trips",
)


@pytest.mark.parametrize("key", KINDS)
def test_each_kind_of_measure_is_printed(capsys, signed, key):
    assert asked(capsys, key)["measure"] == key
    assert asked(capsys, key, "--by", "unit")["unit"] == measures[key].unit
    call_command("measure", key, "--zone", "north")
    assert key in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named", "right"),
    [
        (["projects.signed", "--zone", "north", "--from", "2024-13-01"], "--from", "2024-09-30"),
        (["projects.signed", "--zone", "north", "--to", "gestern"], "--to", "2024-09-30"),
        (
            ["projects.signed", "--zone", "north", "--from", "2024-02-01", "--to", "2024-01-01"],
            "--from",
            "exchange",
        ),
        (["projects.signed", "--zone", "north", "--as-of", "2024/5/1"], "--as-of", "2024-09-30"),
        (["projects.signed", "--zone", "north", "--known-at", "noon"], "--known-at", "2024-10-24T18:00"),
        (["projects.signed", "--zone", "north", "--basis", "rumor"], "--basis", "self_reported"),
        (["projects.signed", "--zone", "north", "--by", "weather"], "--by", "industry"),
        (["projects.signed", "--zone", "north", "--filter", "weather=fine"], "--filter", "industry"),
        (["projects.signed", "--zone", "north", "--filter", "unit"], "--filter", "NAME=VALUE"),
        (["projects.signed", "--zone", "north", "--filter", "unit=nobody"], "--filter", "nobody"),
        (["projects.signed", "--zone", "north", "--filter", "size_class=huge"], "--filter", "total_1bn"),
        (["projects.signed", "--zone", "nirgends"], "--zone", "north"),
        (["projects.sigend", "--zone", "north"], "projects.sigend", "projects.signed"),
        (["projects.in_hand", "--zone", "north", "--from", "2024-01-01"], "--from", "--as-of"),
        ([], "measure", "--list"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(zone, other_zone, arguments, named, right):
    with pytest.raises(CommandError) as refused:
        call_command("measure", *arguments)

    assert refused.value.returncode == 2
    assert named in str(refused.value)
    assert right in str(refused.value)


def test_a_chinese_terminal_is_answered_in_its_language(capsys, signed, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with translation.override("zh-hans"):
        label = str(measures["projects.signed"].label)

    call_command("measure", "projects.signed", "--zone", "north")

    assert label in capsys.readouterr().out
