"""What a failing database means to whoever runs the host: the cause, and what to do about it."""

import sqlite3
from pathlib import Path

FULL = "The disk that holds it is full: make room, the host goes on by itself."
LOCKED = "Another program holds a lock on it: end that program, the host goes on by itself."
UNWRITABLE = "It cannot be read or written: look at the disk and at the rights on its folder."


def describe(error: sqlite3.Error, database: Path) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        remedy = FULL
    elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        remedy = LOCKED
    else:
        remedy = UNWRITABLE
    return f"The state cannot be used: '{database}': {error}. {remedy} Nothing accepted is lost."
