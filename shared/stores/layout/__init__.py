"""Predictions of several files: one for each input, or for each value of some columns."""
