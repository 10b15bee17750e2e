"""The files that a script writes beside its rows: what changed, and what is undone."""
