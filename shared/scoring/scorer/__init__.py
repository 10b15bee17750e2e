"""One scorer: a warm process of a deployment, its life and exit, and the pool that lends it."""
