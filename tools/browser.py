"""Prints the path of a Chromium or Chrome on this machine, or says which package brings one."""

from __future__ import annotations

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """Return the browser that ZONEWORKS_CHROMIUM names, or the first on the path."""
    named = os.environ.get("ZONEWORKS_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    browser = find()
    if browser is None:
        print(
            "No Chromium or Chrome is on the path. On Debian: apt-get install chromium fonts-noto-cjk. "
            "Elsewhere install Chrome or Chromium, or name one in ZONEWORKS_CHROMIUM.",
            file=sys.stderr,
        )
        sys.exit(1)
    print(browser)
