"""What things cost, measured: each module prints a table."""
