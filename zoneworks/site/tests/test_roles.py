"""Who may do what, apart from the policies: every address against every role.

The other contract tests ask the policies what to expect. This one does not: a policy that opens a door by mistake
meets the table. A new address is missing from it until somebody has said whom it is for.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from zoneworks.doors import tokens
from zoneworks.kit.registry import faces, ledgers
from zoneworks.organizations.models import Contact
from zoneworks.site.tests.addresses import every_address
from zoneworks.site.tests.conftest import make_project
from zoneworks.site.tests.table_of_roles import READS, WHO, WRITES
from zoneworks.site.tests.test_every_address import filling as filling
from zoneworks.site.tests.test_every_address import put_away, someone

pytestmark = pytest.mark.django_db
ADDRESSES = [address for address in every_address() if not address.name.startswith("jobs:")]
"""All but those of single jobs, which their owner alone sees; the tests of jobs say so."""


@pytest.fixture
def posted(filling, cast, zone, team):
    """What is sent with every POST. Projects and engagements belong to Alice and her team meanwhile."""
    rows = [*filling.rows.values(), *(fact.subject_row for fact in filling.facts.values())]
    for row in rows:
        mine = {"projects.Project": {"officer": cast.alice}, "engagements.Engagement": {"host": cast.alice}}
        if (owner := mine.get(row._meta.label)) is not None:
            type(row).objects.filter(pk=row.pk).update(unit=team, **owner)
    token, _text = tokens.make(cast.alice, zone, name="a", may_write=True, days=7)
    contact = Contact.objects.create(
        zone=zone, organization=filling.rows["organizations"], name="a", keep_until=date(2030, 1, 1)
    )
    return {"q": "x", "token": token.pk, "contact": contact.pk}


def sign(response) -> str:
    """Return what an answer says: (o)pen, (c)losed, (n)ot there, to the (l)og-in, (m)ethod not taken."""
    put_away(response)
    if response.headers.get("Location", "").startswith("/login/?next=") or response.status_code == 401:
        return "l"
    return {403: "c", 404: "n", 405: "m"}.get(response.status_code, "o")


def answers(address, filling, cast, ask) -> str:
    """Return the signs of everybody at `address`, in the order of `WHO`; nothing that they do is kept."""
    signs = ""
    for who in WHO:
        with transaction.atomic():
            signs += sign(ask(someone(getattr(cast, who) if who else None), address, filling.url(address)))
            transaction.set_rollback(True)
    return signs


def said(table: dict[str, str]) -> dict[str, str]:
    """Return the signs by the name of an address, which stands in one line only."""
    lines = [(name, signs.replace(" ", "")) for signs, names in table.items() for name in spelled_out(names)]
    assert len(lines) == len(dict(lines)), "an address stands twice in the table"
    return dict(lines)


def spelled_out(names: str) -> list[str]:
    """Return the names of addresses: `projects: list edit` is `projects:list` and `projects:edit`."""
    found, space = [], ""
    for word in names.split():
        if word.endswith(":"):
            space = word if word != ":" else ""
        else:
            found.append(space + word)
    return found


def differences(table, filling, cast, ask) -> dict[str, tuple[str | None, str | None]]:
    """Return, by address, what the table says and what was answered, where these differ."""
    found = {address.name: answers(address, filling, cast, ask) for address in ADDRESSES}
    taken = {name: signs for name, signs in found.items() if "m" not in signs}
    expected = said(table)
    return {
        name: (expected.get(name), taken.get(name))
        for name in sorted(expected.keys() | taken.keys())
        if expected.get(name) != taken.get(name)
    }


def read(browser, address, url):
    return browser.get(url)


def test_everybody_reads_what_the_table_says(filling, posted, cast):
    assert differences(READS, filling, cast, read) == {}


def test_everybody_writes_what_the_table_says(filling, posted, cast):
    def write(browser, address, url):
        if not address.name.startswith("api:"):
            return browser.post(url, posted)
        method = browser.patch if address.name.endswith("-row") else browser.post
        return method(url, subjects.get(address.name, {}), content_type="application/json")

    subjects = {f"api:{slug}-list": {"about": fact.subject_row.pk} for slug, fact in filling.facts.items()}

    assert differences(WRITES, filling, cast, write) == {}


def test_the_table_knows_every_address_and_no_other():
    assert {address.name for address in ADDRESSES} == set(said(READS)) | set(said(WRITES))
    spaces = {name.partition(":")[0] for name in said(READS)}
    assert spaces >= {ledger.slug for ledger in ledgers} | {f"fact-{face.slug}" for face in faces}


def test_an_enterprise_is_told_that_it_may_see_nothing_and_offered_no_jobs(client, cast, zone):
    make_project(zone, name="别家的项目")
    client.force_login(cast.enterprise)
    shown = client.get("/north/projects/").content.decode()
    assert "No Projects that you may see" in shown
    assert "No Projects yet" not in shown
    assert "/north/jobs/" not in shown
    client.force_login(cast.alice)
    assert "/north/jobs/" in client.get("/north/projects/").content.decode()
    assert "No Documents yet" in client.get("/north/documents/").content.decode()
