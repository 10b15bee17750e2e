"""The command table, a file for each family of commands."""
