"""The demonstration: a real zone told from three newspaper pages, and a synthetic one to practice in."""
