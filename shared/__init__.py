"""What triggers, orchestrators and activities share: rules, stores, adapters, scorers."""
