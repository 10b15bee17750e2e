import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.message import LONGEST_REASON
from shared.scoring.child.messages import (
    BrokenProtocol,
    FileFailure,
    Imported,
    InitDone,
    InitError,
    InitRequest,
    PrepareDone,
    PrepareRequest,
    RunDone,
    RunError,
    RunRequest,
    ScorerMessage,
    decode,
    encode,
)
from shared.scoring.child.texts import MESSAGE_LIMIT, error_text

TEXT = st.text(st.characters())
FAILURES = st.builds(FileFailure, TEXT, TEXT, TEXT, TEXT)
NAMES = st.lists(TEXT).map(tuple)
IMPORTS = st.builds(Imported, NAMES, NAMES)
MESSAGES: st.SearchStrategy[ScorerMessage] = st.one_of(
    st.builds(InitRequest, TEXT, TEXT, TEXT, code_dir=TEXT, script=TEXT),
    st.builds(RunRequest, st.lists(st.tuples(TEXT, TEXT)).map(tuple), TEXT),
    st.builds(PrepareRequest, TEXT, TEXT, IMPORTS),
    st.just(PrepareDone()),
    st.builds(InitDone, IMPORTS),
    st.builds(InitError, TEXT, TEXT, TEXT),
    st.builds(RunError, TEXT, TEXT, TEXT),
    st.builds(
        RunDone,
        st.integers(),
        st.integers(),
        st.lists(FAILURES).map(tuple),
        st.integers(),
        st.floats(allow_nan=False),
        imports=IMPORTS,
    ),
)


@given(MESSAGES)
def test_every_message_is_one_line_that_reads_back_the_same(message: ScorerMessage) -> None:
    line = encode(message)

    assert message == decode(line)
    assert [line] == line.splitlines(keepends=True)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"[]",
        b"3",
        b"\xff",
        b'{"rows": 1}',
        b'{"type": []}',
        b'{"type": "Nonsense"}',
        b'{"type": "Ready", "x": 1}',
        b'{"type": "Done", "failures": 3}',
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(BrokenProtocol):
        decode(line)


def test_a_process_need_not_say_what_it_has_imported() -> None:
    assert InitDone() == decode(b'{"type": "InitDone"}')


@given(TEXT)
def test_a_brief_message_is_never_empty_nor_long_and_starts_with_its_first_line(text: str) -> None:
    told = error_text(ValueError(text * 40))

    assert told.strip()
    assert told.splitlines()[0].strip()
    assert len(told) <= MESSAGE_LIMIT


def test_a_process_says_as_much_of_a_failure_as_is_shown_of_it() -> None:
    """It has the standard library only, and so a limit of its own."""
    assert LONGEST_REASON == MESSAGE_LIMIT
