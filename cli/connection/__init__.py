"""How the service is found, spoken to and signed in to."""
