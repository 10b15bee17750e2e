"""What endpoints, deployments, computes, datastores, schedules, jobs and assets may be called.

Endpoints and deployments: 3-32 characters, as `azure-ai-ml` checks before it creates them;
deployments may have underscores, as those of the 2021 preview had.
Computes: 2-32 characters, by the rule that Azure ML has for clusters.
Datastores: up to 255 letters, digits, dashes and underscores.
Schedules: up to 200 letters, digits, dashes and underscores: their jobs' names are longer.
Assets (models, data) and jobs: up to 255 characters that are safe in a URL and in a blob's name.
"""

import re

from shared.domain.errors import InvalidRequest

ENDPOINT_NAME = re.compile(r"[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?")
DEPLOYMENT_NAME = re.compile(r"[a-zA-Z](?:[-_a-zA-Z0-9]*[a-zA-Z0-9])?")
DATASTORE_NAME = re.compile(r"[a-zA-Z0-9][-_a-zA-Z0-9]*")
ASSET_NAME = re.compile(r"[a-zA-Z0-9](?:[-_.a-zA-Z0-9]*[-_a-zA-Z0-9])?")
SHORTEST, LONGEST = 3, 32
SHORTEST_COMPUTE = 2
LOCAL_COMPUTE = "local"
LONGEST_ASSET = 255
LONGEST_SCHEDULE = 200


def endpoint_name(value: str, what: str = "endpoint") -> str:
    """Return the name if an endpoint or watch may bear it; raise InvalidRequest otherwise."""
    rule = "letters, digits and dashes that begin with a letter and do not end with a dash"
    return _short_name(value, ENDPOINT_NAME, what, rule)


def deployment_name(value: str) -> str:
    """Return the name if a deployment may bear it; raise InvalidRequest otherwise."""
    rule = (
        "letters, digits, dashes and underscores that begin with a letter and end with a letter "
        "or digit"
    )
    return _short_name(value, DEPLOYMENT_NAME, "deployment", rule)


def _short_name(value: str, pattern: re.Pattern[str], what: str, rule: str) -> str:
    if SHORTEST <= len(value) <= LONGEST and pattern.fullmatch(value):
        return value
    raise InvalidRequest(
        f"'{value}' is not a name for {_article(what)} {what}.",
        fix=f"Use {SHORTEST}-{LONGEST} {rule}.",
        target="name",
    )


def compute_name(value: str) -> str:
    """Return the name if a compute may bear it; raise InvalidRequest otherwise."""
    is_fit = SHORTEST_COMPUTE <= len(value) <= LONGEST and ENDPOINT_NAME.fullmatch(value)
    if is_fit and value.lower() != LOCAL_COMPUTE:
        return value
    raise InvalidRequest(
        f"'{value[:LONGEST_ASSET]}' is not a name for a compute.",
        fix=f"Use {SHORTEST_COMPUTE}-{LONGEST} letters, digits and dashes that begin with a letter "
        f"and do not end with a dash; '{LOCAL_COMPUTE}' means a client's own machine.",
        target="name",
    )


def datastore_name(value: str) -> str:
    """Return the name if a datastore may bear it; raise InvalidRequest otherwise."""
    return _name_with_underscores(value, "datastore", LONGEST_ASSET)


def schedule_name(value: str) -> str:
    """Return the name if a schedule may bear it; raise InvalidRequest otherwise."""
    return _name_with_underscores(value, "schedule", LONGEST_SCHEDULE)


def _name_with_underscores(value: str, what: str, longest: int) -> str:
    if len(value) <= longest and DATASTORE_NAME.fullmatch(value):
        return value
    raise InvalidRequest(
        f"'{value[:LONGEST_ASSET]}' is not a name for a {what}.",
        fix=f"Use 1-{longest} letters, digits, dashes and underscores that begin with a "
        "letter or digit.",
        target="name",
    )


def asset_name(value: str, what: str, *, target: str = "") -> str:
    """Return the name (or version) if an asset or a job may bear it, else raise InvalidRequest.

    It names `target`, by default `what` it is.
    """
    if len(value) <= LONGEST_ASSET and ASSET_NAME.fullmatch(value):
        return value
    raise InvalidRequest(
        f"'{value[:LONGEST_ASSET]}' is not {_article(what)} {what}.",
        fix=f"Use 1-{LONGEST_ASSET} letters, digits, dashes, underscores and dots that begin with "
        "a letter or digit and do not end with a dot.",
        target=target or what,
    )


def _article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"
