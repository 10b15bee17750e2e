"""Looks at inputs before a job: whether a model without a script could read them."""
