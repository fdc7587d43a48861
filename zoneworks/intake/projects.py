"""The named projects of an article, each told once: who invests, what state it is in, and its amounts."""

from __future__ import annotations

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Project
from zoneworks.intake.project_reading import Reading


def projects(bare: Bare, cut: Cut) -> list[Project]:
    """Return the projects of an article in the order in which they are told first.

    Totals over several projects are none; a project told twice under two names is one.

    >>> from zoneworks.intake.found import Place
    >>> text = "总投资12亿元的高效电机项目由江苏晨禾电子有限公司投资，占地120亩，目前已开工建设。"
    >>> [project] = projects(Bare(text), Cut(Place(0, len(text))))
    >>> project.name, project.investor, project.event
    ('高效电机项目', '江苏晨禾电子有限公司', 'started')
    >>> {field: int(value) for field, value in project.amounts.items()}
    {'total_investment_cny': 1200000000, 'land_area_m2': 80000}
    """
    return Reading(bare, cut).projects()
