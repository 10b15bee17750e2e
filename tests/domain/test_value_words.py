"""What values of a column are, in words that somebody who reads a warning knows."""

from shared.domain.value_shape import WORDS, ValueKind


def test_every_kind_of_value_has_words_of_its_own() -> None:
    assert list(ValueKind) == list(WORDS)
    assert len(ValueKind) == len(set(WORDS.values()))
    assert not any("_" in words for words in WORDS.values())
