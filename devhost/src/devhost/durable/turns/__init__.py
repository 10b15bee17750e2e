"""What a turn of an orchestration or entity comes to, as values: no store, no network."""
