"""Endpoints and deployments: made from files, changed, invoked, and waited for."""
