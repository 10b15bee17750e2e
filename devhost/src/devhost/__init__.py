"""A local Azure Functions host: serves any Python app by its own function_app.py."""
