"""What holds for every address that is resolved: headers, no inline code, no change without a token, a closed door.

A new address is walked by itself; where it wants a value that nobody knows, the first test says what to add.
"""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zoneworks.accounts.models import User
from zoneworks.doors.middleware import MarkMiddleware
from zoneworks.exchange.models import WorkbookImport
from zoneworks.intake.models import Proposal, Reading
from zoneworks.jobs.models import Job
from zoneworks.kit.models import Change, SavedView
from zoneworks.kit.registry import faces, ledgers
from zoneworks.rulebook import services as rules
from zoneworks.site.tests.addresses import Filling, every_address
from zoneworks.site.tests.test_every_ledger import _fact_of
from zoneworks.sources import services as sources

pytestmark = pytest.mark.django_db
ELSEWHERE = ("api:", "jobs:")
"""Addresses for programs and of single jobs are walked by the tests of their own rooms."""
ADDRESSES = [address for address in every_address() if not address.name.startswith(ELSEWHERE)]
FOR_EVERYBODY = {"login", "second-step-login", "set_language", "health"}
"""What answers who is not logged in."""
WITHOUT_TOKEN: set[str] = set()
"""What takes a POST without Django's token, because it asks for a key of its own."""


@pytest.fixture
def filling(cast, zone, make):
    """Something behind every address, in the zone of the cast."""
    rows = {ledger.slug: make(ledger.slug)[0] for ledger in ledgers}
    rows["organizations"].representatives.add(cast.enterprise)
    found = {face.slug: _fact_of(face, make) for face in faces}
    facts = {slug: fact for slug, fact in found.items() if fact is not None}
    document = rows["documents"]
    document.file.save("a.txt", SimpleUploadedFile("a.txt", b"text"))
    passage = document.passages.get()
    step = facts["project-steps"]
    [citation] = sources.cite(step, [passage], actor=None)
    attachment = sources.attach(
        rows["projects"], SimpleUploadedFile("b.pdf", b"%PDF-1.7\n"), actor=cast.administrator
    )
    health = "health.signed_not_started_months"
    decided = rules.override(zone, health, value=4, in_force_from=date(2024, 1, 1), actor=cast.administrator)
    imports = {ledger.slug: _import_of(ledger, zone, cast.administrator) for ledger in ledgers}
    more = {
        **{f"{slug} item": one.pk for slug, one in imports.items()},
        **_views(zone, cast.administrator),
        "rulebook: section": "engagement_kinds",
        "rulebook key": health,
        "rulebook section": "engagement_kinds",
        "rulebook:withdraw pk": decided.pk,
        "measures key": "projects.signed",
        "api key": "projects.signed",
        "compare pk": Job.objects.create(
            zone=zone, owner=cast.administrator, kind="intake.compare", title="a"
        ).pk,
        "log pk": rows["engagements"].pk,
        "intake pk": document.pk,
        "intake proposal": _proposal_of(document).pk,
        "sources:document_file pk": document.pk,
        "sources:mark pk": document.pk,
        "sources:record pk": passage.pk,
        "sources:unmark pk": passage.pk,
        "sources:cite pk": passage.pk,
        "sources face": "project-steps",
        "sources fact": step.pk,
        "sources:uncite pk": citation.pk,
        "sources ledger": "projects",
        "sources row": rows["projects"].pk,
        "sources:attachment pk": attachment.pk,
        "sources:remove_attachment pk": attachment.pk,
    }
    return Filling(zone, rows, facts, more)


def _proposal_of(document):
    """Something that the document is said to tell, still to be judged."""
    Reading.objects.create(zone=document.zone, document=document, extractor="rules", text_sha256="a")
    return Proposal.objects.create(
        zone=document.zone,
        document=document,
        kind="organization",
        key="a",
        start=0,
        end=2,
        spans=[[0, 2]],
        told={"name": "双鹏", "kind": "enterprise"},
    )


def _import_of(ledger, zone, owner):
    """A workbook that was brought and has faults: its marked copy can be fetched."""
    one = WorkbookImport(zone=zone, owner=owner, ledger=ledger.slug, name="a.xlsx", size=1, sha256="a")
    one.file.save("a.xlsx", SimpleUploadedFile("a.xlsx", b"a"), save=False)
    one.marked.save("b.xlsx", SimpleUploadedFile("b.xlsx", b"b"), save=False)
    one.digest, one.counts = "a", {"new": 0, "changed": 0, "unchanged": 0, "faulty": 1}
    one.save()
    return one


def _views(zone, owner):
    """Save a view of each ledger; return the key that its address names."""
    return {
        f"{ledger.slug}:drop_view view": SavedView.objects.create(
            zone=zone, owner=owner, ledger=ledger.slug, name="a"
        ).pk
        for ledger in ledgers
    }


def someone(who: User | None, **headers) -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en", **headers)
    if who is not None:
        browser.force_login(who)
    return browser


class Reader(HTMLParser):
    """Notes what a content security policy would refuse, or would have to allow."""

    ADDRESSED = ("href", "src", "action", "formaction", "poster", "data", "xlink:href", "hx-get", "hx-post")
    NEVER = ("style", "iframe", "frame", "object", "embed", "applet", "base")

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        whole = f"<{tag} {' '.join(given)}>"
        if tag in self.NEVER:
            self.faults.append(whole)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.faults.append(f"inline script {whole}")
        if tag == "meta" and "http-equiv" in given:
            self.faults.append(whole)
        for name, value in given.items():
            if (
                name == "style"
                or name.startswith(("on", "hx-on", "hx-vars"))
                or value.lstrip().startswith("js:")
            ):
                self.faults.append(f"{whole}: {name}")
            scheme = "".join(value.split()).casefold().partition(":")[0]
            is_picture = tag == "img" and name == "src" and value.startswith("data:image/svg+xml")
            if name in self.ADDRESSED and scheme in ("javascript", "vbscript", "data") and not is_picture:
                self.faults.append(f"{whole}: {name}={value[:40]}")
            if (
                tag in ("script", "link", "img")
                and name in ("src", "href")
                and "//" in value
                and not is_picture
            ):
                self.faults.append(f"{whole} from elsewhere: {value[:60]}")


@pytest.mark.parametrize(
    "page",
    [
        "<script>x</script>", "<p onclick='x'>", "<p style='color:red'>", "<style>p{}</style>",
        "<a href='javascript:x'>",
        "<a href=' java\nscript:x'>", "<form action='JAVASCRIPT:x'>", "<iframe src='/'>", "<a hx-on:click='x'>",
        "<a href='data:text/html,x'>", "<script src='https://example.org/x.js'></script>", "<base href='/'>",
        "<img src='//example.org/x.png'>", "<meta http-equiv='refresh' content='0'>", "<svg onload='x'>",
    ],
)  # fmt: skip
def test_the_reader_finds_what_it_looks_for(page):
    reader = Reader()
    reader.feed(page)
    assert reader.faults


def put_away(response) -> None:
    """Read a file to its end, so that it is closed. `response.close()` would end the request a second time, and with it
    the connection to the database in which the test runs."""
    if response.streaming:
        for _part in response.streaming_content:
            pass


def faults_of(response) -> list[str]:
    found = []
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        found.append(f"policy {policy!r}")
    for name, wanted in (
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ):
        if response.headers.get(name) != wanted:
            found.append(f"{name}: {response.headers.get(name)!r}")
    if "geolocation=()" not in response.headers.get("Permissions-Policy", ""):
        found.append("no Permissions-Policy")
    if not {"private", "no-store"} & set(response.headers.get("Cache-Control", "").replace(",", "").split()):
        found.append(f"Cache-Control: {response.headers.get('Cache-Control')!r}")
    if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
        reader = Reader()
        reader.feed(response.content.decode())
        found += reader.faults
    put_away(response)
    return found


def test_every_address_has_something_behind_it(filling, cast):
    """Otherwise the tests below would walk pages that say “not found”."""
    browser = someone(cast.administrator)
    empty = []
    for address in ADDRESSES:
        status = browser.get(filling.url(address)).status_code
        if status not in (200, 302, 405):
            empty.append((address.name, status))
    assert empty == []


@pytest.mark.parametrize("who", ["administrator", "alice", "enterprise", None])
def test_no_page_holds_inline_code_and_every_answer_has_its_headers(filling, cast, who):
    browser = someone(getattr(cast, who) if who else None)
    found = {}
    for address in ADDRESSES:
        for headers in ({}, {"HX-Request": "true"}):
            if faults := faults_of(browser.get(filling.url(address), headers=headers)):
                found[address.name] = faults
    assert found == {}


def test_neither_does_a_page_that_says_what_is_wrong_with_a_form(filling, cast):
    found = {}
    for address in ADDRESSES:
        browser = someone(cast.administrator)
        if faults := faults_of(browser.post(filling.url(address), {"q": "<script>alert(1)</script>"})):
            found[address.name] = faults
    assert found == {}


@pytest.mark.parametrize(
    "address",
    [
        "/no-such-page", "/nowhere/", "/north/projects/999999/", "/north/projects/?as_of=x", "/north/trail/",
        "/static/zoneworks/none.js", "/north/projects/?q=<script>alert(1)</script>",
    ],
)  # fmt: skip
def test_errors_have_the_headers_too(cast, address):
    assert faults_of(someone(cast.alice).get(address)) == []


def test_what_is_typed_comes_back_as_text(cast):
    typed = '"><script>alert(1)</script>'
    page = someone(cast.alice).get("/north/projects/", {"q": typed, "name": typed}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_reading_changes_nothing(filling, cast):
    browser = someone(cast.administrator)
    before = Change.objects.count()
    for address in ADDRESSES:
        put_away(browser.get(filling.url(address)))
    assert Change.objects.count() == before


def test_no_post_is_taken_without_a_token(filling, cast):
    """A page of another site can send a form with the person's cookies, but it does not know the token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.administrator)
    before = Change.objects.count()
    taken = [
        (address.name, status)
        for address in ADDRESSES
        if address.name not in WITHOUT_TOKEN
        and (status := browser.post(filling.url(address), {"q": "x"}).status_code) not in (403, 405)
    ]
    assert taken == []
    assert Change.objects.count() == before


def test_without_a_log_in_every_door_is_closed(filling, zone):
    browser = someone(None)
    before = Change.objects.count()
    open_doors = []
    for address in ADDRESSES:
        url = filling.url(address)
        for response in (browser.get(url), browser.post(url, {"q": "x"})):
            leads_in = response.headers.get("Location", "").startswith("/login/?next=/")
            if not leads_in and address.name not in FOR_EVERYBODY | {"logout"}:
                open_doors.append((address.name, response.status_code))
    assert open_doors == []
    assert Change.objects.count() == before


def test_logging_out_takes_a_post(cast):
    browser = someone(cast.alice)
    assert browser.get("/logout/").status_code == 405
    assert browser.get("/north/projects/").status_code == 200
    assert browser.post("/logout/").status_code == 302
    assert browser.get("/north/projects/").status_code == 302


def test_files_are_not_kept_by_the_browser_and_pages_are_asked_for_anew(filling, cast):
    browser = someone(cast.administrator)
    assert browser.get("/north/projects/")["Cache-Control"] == "private, no-cache"
    for address in ("/north/projects/export.csv", "/north/projects/export.xlsx"):
        assert browser.get(address)["Cache-Control"] == "private, no-store"


def test_a_page_carries_the_mark_of_its_session(cast):
    browser = someone(cast.alice)
    page = browser.get("/north/projects/")
    mark = browser.cookies[MarkMiddleware.COOKIE].value
    assert f'data-mark="{mark}"' in page.content.decode()
    assert browser.session.session_key not in mark
    browser.post("/logout/")
    assert browser.cookies[MarkMiddleware.COOKIE].value == ""
