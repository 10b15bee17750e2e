"""A caller's traceparent is taken as W3C says, and a span's id follows from what it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.trace_context import TraceContext

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"


def test_a_traceparent_is_read_and_written_alike() -> None:
    context = TraceContext.of_header(GOOD)

    assert context == TraceContext(int(TRACE, 16), int(SPAN, 16), is_sampled=True)
    assert GOOD == context.header


def test_a_trace_that_is_not_sampled_stays_so_for_all_its_spans() -> None:
    context = TraceContext.of_header(f"00-{TRACE}-{SPAN}-00")

    assert context is not None
    assert not context.child("job").is_sampled
    assert context.child("job").header.endswith("-00")


def test_what_a_later_version_adds_is_passed_over() -> None:
    assert TraceContext.of_header(f"cc-{TRACE}-{SPAN}-09-more") is not None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n00-{TRACE}-{SPAN}-01",
    ],
)
def test_what_is_no_traceparent_is_as_none(header: str) -> None:
    assert TraceContext.of_header(header) is None


@given(st.text())
def test_no_header_is_a_fault(header: str) -> None:
    context = TraceContext.of_header(header)

    assert context is None or context.trace_id


def test_the_same_names_give_the_same_span_and_others_another() -> None:
    trace = TraceContext.of_names("job")

    assert trace.child("job", "shard", "1") == TraceContext.of_names("job").child(
        "job", "shard", "1"
    )
    spans = [trace.child("a", "b"), trace.child("ab"), trace.child("b", "a")]
    spans.append(TraceContext.of_names("other").child("a", "b"))
    assert 4 == len({one.span_id for one in spans})
