"""What the triggers share: dispatch, authorisation, errors to status codes, absolute URLs."""
