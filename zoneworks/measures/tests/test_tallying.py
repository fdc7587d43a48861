"""How lines add up to a reading, where no statement of the demo brings such lines."""

from __future__ import annotations

import pytest

from zoneworks.measures.rows import Count
from zoneworks.measures.tallying import Shape, tallied


def shape(**said):
    columns = (*(f"key_{name}" for name in said.get("by", ())), "is_certain", "the_amount")
    return Shape(Count, of_figures=False, selected=columns, keys=columns[:-1], amounts=columns[-1:], **said)


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        ({"by": ()}, []),
        ({"by": ("unit",)}, [((7,), 3)]),
        ({"by": (), "classes": ()}, []),
        ({"by": (), "classes": ("large",)}, [(("large",), 0)]),
    ],
    ids=["whole", "by unit", "by classes of which a zone has none", "by a class that nothing is in"],
)
def test_a_reading_has_the_groups_that_it_was_asked_for(said, groups):
    found = tallied(shape(**said), [{"key_unit": 7, "is_certain": True, "the_amount": 3}])
    assert found["value"] == 3
    assert [(group.key, group.value) for group in found["groups"]] == groups
