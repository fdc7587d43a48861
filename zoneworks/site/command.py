"""The command line: `zoneworks measure …`, `zoneworks demo`, and Django's own commands."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zoneworks.site.settings")
    execute_from_command_line(sys.argv)
