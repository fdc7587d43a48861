"""The contract of recognition: the form that a self-reported fact leads to says the same, and is ready to be sent."""

from __future__ import annotations

import pytest

from zoneworks.kit.posting import as_posted
from zoneworks.kit.registry import faces
from zoneworks.site.tests.test_every_address import someone
from zoneworks.site.tests.test_every_ledger import _fact_of

pytestmark = pytest.mark.django_db
RECOGNIZED = [pytest.param(face, id=face.slug) for face in faces if face.same]


def test_most_facts_can_be_recognized():
    assert len(RECOGNIZED) >= 5


@pytest.mark.parametrize("face", RECOGNIZED)
def test_a_verifier_sends_the_form_as_it_stands(cast, zone, make, face):
    fact = _fact_of(face, make)
    browser = someone(cast.verifier)
    url = face.recognize_url(fact)

    form = browser.get(url).context["form"]
    answer = browser.post(url, dict(as_posted(form).lists()))

    assert answer.status_code == 302, answer.context["form"].errors
    recognized = face.model.objects.filter(asserted_by="zone").get()
    assert face.describe(recognized) == face.describe(fact)
    assert (recognized.earliest, recognized.latest) == (fact.earliest, fact.latest)
    assert not face.unrecognized(face.model.objects.filter(pk=fact.pk)).exists()
