"""The Durable engine of the local host: instances, entities and their clients, on SQLite."""
