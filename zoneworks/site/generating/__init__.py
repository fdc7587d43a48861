"""Synthetic zones of any size, for measuring and for practice: the same seed gives the same zone."""
