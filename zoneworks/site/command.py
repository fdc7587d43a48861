"""The command line: `zoneworks measure …`, `zoneworks demo`, and Django's own commands."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from zoneworks.site.operating.troubles import is_full


def main() -> None:
    """Run the command that the arguments name; a full disk is a message, whichever command meets it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zoneworks.site.settings")
    try:
        execute_from_command_line(sys.argv)
    except BrokenPipeError:
        # Whoever reads, such as `head`, has read enough. Python would complain once more when it closes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except Exception as error:
        if not is_full(error):
            raise
        sys.exit("The disk is full: nothing was half-written. Make room and try again.")
