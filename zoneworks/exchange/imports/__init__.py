"""Ledgers in from workbooks: what is taken, what it would change, and the writing of it."""
