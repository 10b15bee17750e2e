"""The keys of webhooks; the noun is this service's own."""

from shared.domain.webhook import EVENT_WORDS
from shared.schemas.az_yaml.asset_keys import SCHEMA
from shared.schemas.az_yaml.keys import Key, OneOrMore, Table
from shared.schemas.az_yaml.kinds import AnyCase, Choice, Secret, Text, Texts

STATES = {"enabled": "Enabled", "paused": "Paused"}
EVENTS = {word: word for word in EVENT_WORDS}

_WORDS = (
    Key("url", Text("an https address"), "Whom to call.", "url", is_required=True),
    Key("events", OneOrMore(Choice(EVENTS)), "What it is told of.", "events", "`job.ended`"),
    Key("state", AnyCase(STATES), "Whether it is called.", "state", "`enabled`"),
    Key("description", Text(), "What it is.", "description"),
    Key("tags", Texts(), "Tags."),
    Key("secret", Secret(), "What signs.", "secret", "the service makes one"),
)
CHANGES = Table(_WORDS, words="what can be changed of a webhook")
WEBHOOK = Table(
    (
        SCHEMA,
        Key("name", Text(), "Name of the webhook.", is_required=True),
        Key("endpoint_name", Text(), "Its endpoint.", is_required=True),
        *_WORDS,
    ),
    words="a webhook",
)
