"""Scores by an MLflow model: files to typed columns, predictions to rows."""
