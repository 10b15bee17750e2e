"""What a user would write instead of the service, and what an expert would."""
