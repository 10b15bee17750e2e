"""Scores by a user's script: init(), run(mini_batch), and what it returns as rows."""
