"""`bep`: az ml's nouns, verbs and flags over the service's REST routes."""
