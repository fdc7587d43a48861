"""Boards: what leaders and officers see first. Every number on them is read from a measure."""
