"""ARM documents as az ml prints them."""
