"""Local files on their way to the service's storage: hashed first, sent once."""
