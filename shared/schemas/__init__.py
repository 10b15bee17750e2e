"""Foreign documents, to and from the domain: ARM JSON today, az ml YAML beside it."""
