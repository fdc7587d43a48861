"""A file becomes its text: each kind of file has its reader, and `reading` is their front door."""
