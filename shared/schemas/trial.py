"""What an invocation may ask beside a job over all its input: to look first, or to try a sample.

`dryRun`, `preflight`, `sample` and `pricePerHour`; the official client's `properties`, which hold
texts, take the same words behind `batch.`.
"""

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON, Message
from shared.domain.sample import MOST_SAMPLED, SampleRequest
from shared.schemas.fields import Fields

DRY_RUN, PREFLIGHT, SAMPLE, PRICE = "dryRun", "preflight", "sample", "pricePerHour"
PREFIX = "batch."
EXAMPLE = {DRY_RUN: False, PREFLIGHT: True, SAMPLE: 5, PRICE: 1.5}
EXAMPLE_TEXTS = {PREFIX + name: str(value).lower() for name, value in EXAMPLE.items()}
_WORDS = {"": False, "false": False, "true": True}


class Trial(Message):
    """`dry_run` starts nothing; `preflight` refuses where it would find problems."""

    dry_run: bool = False
    preflight: bool = False
    sample: SampleRequest | None = None


def read_trial(properties: Fields) -> Trial:
    """Raises InvalidRequest."""
    texts = properties.object("properties")
    return Trial(
        dry_run=properties.flag(DRY_RUN) or _flag(texts, DRY_RUN),
        preflight=properties.flag(PREFLIGHT) or _flag(texts, PREFLIGHT),
        sample=_sample(properties, texts),
    )


def trial_of(body: JSON) -> Trial:
    """What a body asks; of one that cannot be read, nothing: its reader refuses it."""
    try:
        return read_trial(Fields.of(body).object("properties"))
    except InvalidRequest:
        return Trial()


def refuse_trial(trial: Trial, whose: str) -> None:
    """Raise InvalidRequest for an invocation that is kept, and made into jobs later."""
    asked = {DRY_RUN: trial.dry_run, PREFLIGHT: trial.preflight, SAMPLE: trial.sample is not None}
    for name, is_asked in asked.items():
        if is_asked:
            raise InvalidRequest(
                f"'{name}' is not for {whose}: it is asked of a single invocation.",
                fix="Invoke the endpoint with it first, and leave it out here.",
                target=name,
            )


def _flag(texts: Fields, name: str) -> bool:
    text = texts.text(PREFIX + name)
    if text.lower() not in _WORDS:
        raise InvalidRequest(
            f"'{texts.path(PREFIX + name)}' is '{text[:100]}', not true or false.",
            fix="Write the text true, or leave it out.",
            target=texts.path(PREFIX + name),
        )
    return _WORDS[text.lower()]


def _sample(properties: Fields, texts: Fields) -> SampleRequest | None:
    files = _first(properties.integer(SAMPLE), texts.integer(PREFIX + SAMPLE))
    price = _first(properties.number(PRICE), texts.number(PREFIX + PRICE))
    if price is not None and price < 0:
        raise InvalidRequest(
            f"'{properties.path(PRICE)}' is {price}.",
            fix="Give what an instance costs for an hour, 0 or more.",
            target=properties.path(PRICE),
        )
    if files is None:
        return None
    if not 1 <= files <= MOST_SAMPLED:
        raise InvalidRequest(
            f"'{properties.path(SAMPLE)}' is {files}.",
            fix=f"Ask for 1 to {MOST_SAMPLED} files.",
            target=properties.path(SAMPLE),
        )
    return SampleRequest(files=int(files), price_per_hour=price or 0.0)


def _first[T](one: T | None, other: T | None) -> T | None:
    return other if one is None else one
