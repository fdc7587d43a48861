"""Keeping a workbench running: backup, restore, doctor, move, health, logs. For the one who operates the machine."""
