"""What `bep doctor` looks at."""
