"""What each command does, a file for each noun: its context and flags in, its answer out."""
