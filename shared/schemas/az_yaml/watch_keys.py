"""The keys of watches: this service's own, in the style of az ml's files."""

from functools import partial

from shared.domain.names import endpoint_name
from shared.domain.watch import LONGEST_WAIT_S, MOST_FILES, GatherRules, WatchState
from shared.schemas.az_yaml.asset_keys import SCHEMA
from shared.schemas.az_yaml.invocation_file import INVOCATION
from shared.schemas.az_yaml.keys import Key, OneOrMore, Table, TextOr
from shared.schemas.az_yaml.kinds import AnyCase, Elsewhere, Name, Text, Texts, Whole

STATES = {state.value.lower(): state.value for state in WatchState}
PLACE = Text("`azureml://datastores/<datastore>/paths/<path>`")
_DEFAULT = GatherRules()
_NO_SETTINGS = {"$schema", "inputs", "outputs", "name", "deployment_name"}
_IN_PATH = Elsewhere(
    "is part of 'source.path' in files",
    "Write source.path: azureml://datastores/<datastore>/paths/<folder>.",
)

_PATTERNS = OneOrMore(Text("a pattern of file names, such as `*.csv`"))
SOURCE = Table(
    (
        Key("path", PLACE, "The watched folder; the inbox leaves it out."),
        Key("include", _PATTERNS, "Which files count.", "include", "all"),
        Key("exclude", _PATTERNS, "Which of them do not.", "exclude", "none"),
        Key("datastore", _IN_PATH),
        Key("folder", _IN_PATH),
    ),
    words="a mapping with path",
)
_SECONDS = Whole(1, LONGEST_WAIT_S)
GATHER = Table(
    (
        Key(
            "quiet_s",
            _SECONDS,
            "A job starts once nothing was uploaded for so many seconds.",
            "quietSeconds",
            str(_DEFAULT.quiet_s),
        ),
        Key(
            "most_files",
            Whole(1, MOST_FILES),
            "Or when so many files are pending: a job takes no more.",
            "mostFiles",
            str(_DEFAULT.most_files),
        ),
        Key(
            "most_wait_s",
            _SECONDS,
            "Or when the first of them has waited so many seconds.",
            "mostWaitSeconds",
            str(_DEFAULT.most_wait_s),
        ),
        Key("marker", Text(), "Or when a file of this name is uploaded.", "marker", "none"),
    ),
    words="a mapping with quiet_s and most_files",
)
SETTINGS = Table(
    tuple(key for key in INVOCATION.keys if key.name not in _NO_SETTINGS),
    words="a mapping with mini_batch_size and the like",
)
OUTPUT = Table(
    (Key("path", PLACE, "The same, as a mapping.", is_required=True),), words="a mapping with path"
)
_UNDER_SETTINGS = Elsewhere("stands under 'settings' in a watch", "Move it there.")
WATCH = Table(
    (
        SCHEMA,
        Key(
            "name",
            Name(partial(endpoint_name, what="watch")),
            "Name of the watch, 3 to 32 characters; `inbox` is the endpoint's own.",
            is_required=True,
        ),
        Key("endpoint_name", Name(endpoint_name), "The endpoint whose jobs it starts."),
        Key("description", Text(), "What it is.", "description"),
        Key("tags", Texts(), "Tags."),
        Key("deployment_name", Text(), "Who scores.", "deploymentName", "the endpoint's default"),
        Key("source", SOURCE, "What is watched; required, but for the inbox."),
        Key("gather", GATHER, "When uploads become a job."),
        Key("settings", SETTINGS, "What its jobs do differently from their deployment."),
        Key(
            "output",
            TextOr(PLACE, OUTPUT),
            "The predictions' file; `{batch}` or `{job}` is required in it, `{endpoint}`, "
            "`{watch}`, `{date}`, `{yyyy}`, `{MM}`, `{dd}` may be.",
            default="the usual place of a job",
        ),
        Key("state", AnyCase(STATES), "Whether it starts jobs.", "state", "`enabled`"),
        *(Key(key.name, _UNDER_SETTINGS) for key in SETTINGS.keys),
    ),
    words="a watch",
)
