"""Documents remember who it was, and whether a user or an application."""

from typing import Any

import jwt

from local.issuer import Issuer
from tests.service.conftest import Deploy
from tests.service.models import csv_of
from tests.support.stack import WORKSPACE, Stack

ENDPOINT = f"{WORKSPACE}/batchEndpoints/authored"


def of_an_application(stack: Stack, role: str) -> str:
    """A token as Entra gives it to an application: no user, no scope."""
    issuer = Issuer(stack.state)
    claims: dict[str, Any] = jwt.decode(
        issuer.token(role=role), options={"verify_signature": False}
    )
    kept = {name: claims[name] for name in ("iss", "aud", "exp", "tid", "roles")}
    named = kept | {"oid": "11111111-app", "idtyp": "app", "app_displayname": "Nightly run"}
    return jwt.encode(named, issuer._key, "RS256", headers={"kid": issuer.key_id})


def test_a_resource_knows_who_made_it_and_who_changed_it(stack: Stack) -> None:
    application = of_an_application(stack, "contributor")
    stack.send("PUT", ENDPOINT, {"properties": {}}, token=application)
    stack.send("PUT", ENDPOINT, {"properties": {"description": "mended"}})

    system = stack.send("GET", ENDPOINT).body["systemData"]

    assert ("Nightly run", "Application") == (system["createdBy"], system["createdByType"])
    changed = (system["lastModifiedBy"], system["lastModifiedByType"])
    assert ("Local contributor", "User") == changed


def test_a_job_knows_who_started_it(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("authored", {"a.csv": csv_of((1, 1))})
    given = {"input": {"jobInputType": "UriFolder", "uri": uri}}
    token = of_an_application(stack, "invoker")

    job = stack.send(
        "POST",
        f"/endpoints/{deploy('authors')}/jobs",
        {"properties": {"inputData": given}},
        token=token,
    ).body

    system = job["systemData"]
    assert ("Nightly run", "Application") == (system["createdBy"], system["createdByType"])
    assert ("Nightly run", "Application") == (
        system["lastModifiedBy"],
        system["lastModifiedByType"],
    )
    assert "Completed" == stack.ended(job)["status"]
