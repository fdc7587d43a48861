"""The numbers of the pipeline: how many, how much, how fast, how stuck. Nothing else computes them.

Imported in the order in which they are listed.
"""

# ruff: noqa: I001
from zoneworks.projects.measures import counts as counts, amounts as amounts, pace as pace, stuck as stuck
