"""What runs: orchestrations, activities, entities and timers."""
