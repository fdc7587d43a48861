"""What intake does in the background."""

from zoneworks.intake.comparison import running  # noqa: F401
