# ruff: noqa: INP001  # a Functions app is a folder, not a package
"""An app as public samples write them: blueprints, and `context` for every durable parameter."""

import azure.durable_functions as df
import azure.functions as func
import entities  # type: ignore[import-not-found]  # beside this file
import failures  # type: ignore[import-not-found]  # beside this file
import managing  # type: ignore[import-not-found]  # beside this file
import patterns  # type: ignore[import-not-found]  # beside this file

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
for part in (patterns, entities, failures, managing):
    app.register_functions(part.bp)
