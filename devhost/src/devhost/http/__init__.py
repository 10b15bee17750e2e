"""HTTP triggers: route templates, requests in, responses out, and the admin endpoints."""
