"""How one step touches the world: one verb a file, safe to run twice."""
