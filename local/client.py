"""What a client of the stack needs to know: addresses, workspace, whom to trust, how to sign in."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from devhost.local_settings import read_local_settings
from local.project import PROJECT
from local.sign_in_links import LINK_MINUTES, sign_in_url
from shared.settings import Settings

WORKSPACE = ("subscription_id", "resource_group", "workspace_name")
METADATA = "/metadata/endpoints?api-version=2019-05-01"


def workspace(app: Path, variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Subscription, resource group and workspace as the app has them. Raises AppRefused."""
    settings = read_local_settings(app) | dict(variables)
    names = {name.upper(): settings.get(name.upper(), "") for name in WORKSPACE}
    return Settings.from_environment(names).model_dump(include=set(WORKSPACE))


def introduction(facts: Mapping[str, str], code: str) -> str:
    """What the console says when the service answers; `facts` are the ready file's.

    `code` is that of a sign-in link.
    """
    studio = sign_in_url(facts["public_url"], code)
    lines = [
        "",
        f"Serving at {facts['url']}",
        f"  studio:   {studio}  (opens once, within {LINK_MINUTES} min)",
        f"  a token:  ./run token --state {shlex.quote(facts['state'])}",
        f"  state:    {facts['state']}",
        f"  to end:   Ctrl-C, or kill {os.getpid()}",
        "",
    ]
    return "\n".join(lines + (_for_the_sdk(facts) if facts["ca_bundle"] else []))


def _for_the_sdk(facts: Mapping[str, str]) -> list[str]:
    token = f"{shlex.quote(str(PROJECT / 'run'))} token --state {shlex.quote(facts['state'])}"
    named = ", ".join(f'"{facts[name]}"' for name in WORKSPACE)
    return [
        "For the official SDK (azure-ai-ml), in the shell of the client:",
        f"  export ARM_CLOUD_METADATA_URL={shlex.quote(facts['metadata_url'])}",
        f"  export REQUESTS_CA_BUNDLE={shlex.quote(facts['ca_bundle'])}",
        f'  export AZURE_TOKEN="$({token})"',
        f"and in Python: MLClient(credential, {named})",
        "where credential.get_token() returns an AccessToken of AZURE_TOKEN.",
        "",
    ]
