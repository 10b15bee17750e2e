"""Signing in by Entra ID: the authorization code flow with PKCE, by Microsoft's own library.

The code is redeemed here and not in the page: the application's secret stays with the service, no
token passes through a script, and the page needs to reach nothing but the service.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import InvalidRequest, ServiceUnavailable, Unauthenticated
from shared.domain.message import JSON

OF_ENTRA = "https://login.microsoftonline.com/"
LONGEST_QUOTE = 300


@dataclass(frozen=True)
class EntraApplication:
    """The registration by which people sign in, its tenant, and what its tokens are for."""

    client_id: str
    secret: str
    authority: str
    scope: str


class EntraSignIn:
    """`http` is the library's own transport if it is None."""

    def __init__(self, registered: EntraApplication, http: Any = None) -> None:
        self._registered = registered
        self._http = http

    def begin(self, redirect_uri: str) -> tuple[str, JSON]:
        """Where the browser is to go, and what is to be remembered until it comes back."""
        with warnings.catch_warnings():
            # It would have the answer posted; behind a `#` it reaches no log either, and the page.
            warnings.simplefilter("ignore", UserWarning)
            flow = self._application().initiate_auth_code_flow(
                [self._registered.scope], redirect_uri=redirect_uri, response_mode="fragment"
            )
        if "auth_uri" not in flow:
            raise _refused(flow)
        return str(flow["auth_uri"]), flow

    def complete(self, flow: JSON, answer: Mapping[str, str]) -> str:
        """The token for what Entra ID sent the browser back with; raises Unauthenticated."""
        try:
            found = self._application().acquire_token_by_auth_code_flow(flow, dict(answer))
        except ValueError:  # another state or nonce than the one that was sent
            raise Unauthenticated(
                "This answer of Entra ID is not for the sign-in that this page began.",
                fix="Sign in again.",
                target="answer",
            ) from None
        if "access_token" not in found:
            raise _refused(found)
        return str(found["access_token"])

    def _application(self) -> Any:
        import msal  # noqa: PLC0415  # slow to import, and rarely needed

        registered = self._registered
        if not registered.client_id:
            raise InvalidRequest(
                "Nobody signs in by Entra ID here.",
                fix="Set STUDIO_CLIENT_ID and STUDIO_CLIENT_SECRET, or sign in another way.",
                target="STUDIO_CLIENT_ID",
            )
        try:
            return msal.ConfidentialClientApplication(
                registered.client_id,
                client_credential=registered.secret,
                authority=registered.authority,
                instance_discovery=False,
                http_client=self._http,
            )
        except (ValueError, OSError) as error:
            raise ServiceUnavailable(
                "Entra ID does not answer as it should.",
                fix="Try again in a moment; if it stays, check AUTH_ISSUER.",
                target="AUTH_ISSUER",
            ) from error


def _refused(answer: Mapping[str, Any]) -> Unauthenticated:
    first = str(answer.get("error_description") or answer.get("error") or "no reason").splitlines()
    return Unauthenticated(
        f"Entra ID signed nobody in: {first[0][:LONGEST_QUOTE].rstrip('.')}.",
        fix="Sign in again; if it stays, the application's set-up is to be mended: docs/studio.md.",
        target="answer",
    )
