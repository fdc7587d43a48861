"""A workbook that was exported earlier gets the figures of today, and keeps what people added to it."""
