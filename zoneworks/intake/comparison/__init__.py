"""The page on which both extractors read one text, side by side."""
