#!/usr/bin/env python
"""Run a command of the workbench from a checkout."""

from zoneworks.site.command import main

if __name__ == "__main__":
    main()
