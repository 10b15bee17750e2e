"""Every route of the app, found where the routes are: a new door cannot be forgotten."""

import pkgutil
from importlib import import_module

import triggers
from shared.api.routes import Route


def _routes() -> tuple[Route, ...]:
    modules = [
        import_module(f"triggers.{found.name}") for found in pkgutil.iter_modules(triggers.__path__)
    ]
    return tuple(route for module in modules for route in getattr(module, "ROUTES", ()))


ROUTES = _routes()
