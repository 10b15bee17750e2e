"""The database: its layout, its one writer, and what is read and written in it."""
