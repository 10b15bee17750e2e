"""Our layout inside blob storage: registry, jobs, plans, results."""
