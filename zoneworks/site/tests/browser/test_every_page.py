"""Every page at three widths, light and dark: whole, in one piece, and nothing broken behind it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zoneworks.exchange.imports import bringing
from zoneworks.exchange.imports.planning import ledger_for
from zoneworks.kit import recording
from zoneworks.kit.registry import faces, ledgers
from zoneworks.site.tests.conftest import make_figure, make_step
from zoneworks.site.tests.test_every_import import workbook
from zoneworks.sources import services

WIDTHS = (390, 1280, 1920)
STATE = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const root = document.documentElement;
  const all = [...document.body.querySelectorAll("*")];
  const wide = all.filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return {
    over: root.scrollWidth - innerWidth,
    widest: wide.slice(0, 3).map((one) => `${one.tagName}.${one.className.baseVal ?? one.className}`),
    heads: document.querySelectorAll("h1").length,
    images: [...document.images].filter((one) => !one.complete || !one.naturalWidth).map((one) => one.src),
    icons: [...document.querySelectorAll("use")].map((one) => one.href.baseVal),
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    shade: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.querySelector("h1") ?? document.body).color,
  };
}"""
"""What stands on a page once it was drawn at its new width: the frame of a list is measured when it is drawn."""


@pytest.fixture
def rows(make, cast):
    """One row of every ledger, with a fact that was corrected and a passage that is cited; two projects."""
    made = {ledger.slug: make(ledger.slug)[0] for ledger in ledgers}
    project, document = made["projects"], made["documents"]
    figure = make_figure(project, wording="1亿元")
    services.cite(figure, [document.passages.get()], actor=None)
    newer = make_figure_again(figure)
    make_step(make("projects")[0], kind="started", day=date(2024, 1, 1), latest=date(2024, 12, 31))
    return made | {"figure": newer, "owner": cast.administrator}


def make_figure_again(figure):
    again = type(figure)(
        zone=figure.zone, project=figure.project, kind=figure.kind, value=2 * figure.value, unit=figure.unit,
        earliest=figure.earliest, latest=figure.latest,
    )  # fmt: skip
    return recording.correct(figure, again, actor=None)


def importing(rows):
    """The pages of an import, before and after a file with every kind of row was brought."""
    ledger = ledger_for(rows["organizations"].zone, rows["owner"], "organizations")
    heads, name = ["名称", "类别", "地址", "电话"], rows["organizations"].name
    lines = [
        [name, "", "屏淮路一号，经济开发区科创中心 B 座十二层", ""],
        ["新来的", "企业", "", ""],
        ["甲", "也许", "", ""],
    ]
    file = workbook(["企业名单"], heads, *lines)
    one = bringing.bring(ledger, SimpleUploadedFile("企业名单.xlsx", file.getvalue()))
    page = f"/north/organizations/import/{one.pk}/"
    return ["/north/organizations/import/", page, *(f"{page}?rows={state}" for state in ("new", "changed"))]


def lists(rows):
    return [f"/north/{ledger.slug}/" for ledger in ledgers] + [
        "/north/projects/?q=nothing+of+this+name",
        "/north/projects/?as_of=2023-12-31&known_at=2024-01-31",
        "/south/projects/",
    ]


def row_pages(rows):
    pages = [f"/north/{ledger.slug}/{rows[ledger.slug].pk}/" for ledger in ledgers]
    return [*pages, f"/north/projects/{rows['projects'].pk}/history/"]


def forms(rows):
    project = rows["projects"].pk
    pages = [f"/north/{ledger.slug}/{rows[ledger.slug].pk}/edit/" for ledger in ledgers]
    pages += [
        f"/north/facts/{face.slug}/new/?subject={project}"
        for face in faces
        if face.subject_model() is type(rows["projects"])
    ]
    fact = f"/north/facts/project-figures/{rows['figure'].pk}/"
    passage = rows["documents"].passages.get().pk
    return [*pages, fact, f"{fact}correct/", f"{fact}withdraw/", f"/north/sources/passages/{passage}/record/"]


def boards_and_numbers(rows):
    return [
        "/north/boards/leader/?as_of=2024-06-30",
        "/south/boards/leader/",
        "/north/boards/officer/",
        "/north/log/",
        "/north/measures/",
        "/north/measures/projects.signed/?from=2024-01-01&to=2024-12-31",
        "/north/measures/projects.in_hand.planned_total/?by=size_class",
        "/north/rules/",
        "/north/rules/stages.levels/",
        "/north/rules/health.signed_not_started_months/override/",
        "/north/trail/",
        "/north/password/",
        "/north/account/",
        "/north/account/second-step/",
        "/north/log-ins/",
    ]


def contrast(one: str, other: str) -> float:
    """Return how much two colors differ in light, from 1 (not at all) to 21 (black on white)."""

    def light(color: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def faults(state, symbols) -> list[str]:
    """Return in words what is wrong with a page."""
    lost = {icon for icon in state["icons"] if icon.rpartition("#")[2] not in symbols}
    told = {
        f"{state['over']} pixels wider than the screen: {state['widest']}": state["over"] > 0,
        f"{state['heads']} main headings": state["heads"] != 1,
        f"images that do not load: {state['images']}": bool(state["images"]),
        f"icons that do not exist: {lost}": bool(lost),
        f"ids that stand twice: {set(state['twice'])}": bool(state["twice"]),
        f"the title can hardly be read: {state['ink']} on {state['shade']}": contrast(
            state["ink"], state["shade"]
        )
        < 4.5,
    }
    return [words for words, is_so in told.items() if is_so]


@pytest.mark.parametrize("addresses", [lists, row_pages, forms, boards_and_numbers, importing])
def test_pages_are_whole_at_every_width_light_and_dark(window, watch, cast, rows, addresses):
    """Each page is loaded once; then the window is resized and the system turns dark, as on a real screen."""
    cast.administrator.memberships.create(zone=cast.charlie.memberships.get().zone, role="administrator")
    page = window(cast.administrator, color_scheme="light")
    sprite = page.request.get("/static/zoneworks/dist/sprite.svg").text()
    symbols = set(re.findall(r'<symbol[^>]* id="([^"]+)"', sprite))
    assert symbols
    found = []
    for address in addresses(rows):
        response = page.goto(address, wait_until="load")
        assert response.status == 200, address
        for colors in ("light", "dark"):
            page.emulate_media(color_scheme=colors)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found += [
                    f"{address} at {width}, {colors}: {fault}"
                    for fault in faults(page.evaluate(STATE), symbols)
                ]
        assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert found == []
