"""Lines, the live line and bars: on a terminal, and elsewhere."""

import io

import pytest

from cli.console import Bar, Console, duration_text, size_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _terminal_s_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")


def test_elsewhere_than_on_a_terminal_only_whole_lines_are_written() -> None:
    stream = io.StringIO()

    with Console(stream) as console:
        console.live("half")
        console.line("whole")
        with console.bar("file", 10) as bar:
            bar.advance(10)

    assert "whole\n" == stream.getvalue()


def test_a_line_goes_above_the_live_line_which_is_gone_in_the_end() -> None:
    stream = Terminal()

    with Console(stream) as console:
        console.live("1 of 2")
        console.line("whole")
        console.live("2 of 2")

    erase = "\r\x1b[K"
    assert f"1 of 2{erase}whole\n1 of 2{erase}2 of 2{erase}" == stream.getvalue()


def test_several_lines_stay_several_on_a_terminal() -> None:
    stream = Terminal()

    Console(stream).line("The first rows:\n  1\x1b[2J\n  2")

    assert "The first rows:\n  1\N{REPLACEMENT CHARACTER}[2J\n  2\n" == stream.getvalue()


def test_the_live_line_is_never_wider_than_the_terminal() -> None:
    stream = Terminal()

    Console(stream).live("x" * 200)

    assert "x" * 59 == stream.getvalue()


def test_what_a_script_printed_cannot_steer_the_terminal() -> None:
    stream = Terminal()

    Console(stream).line("a\x1b]0;title\x07b\tc")

    assert (
        "a\N{REPLACEMENT CHARACTER}]0;title\N{REPLACEMENT CHARACTER}b    c\n" == stream.getvalue()
    )


def test_a_bar_counts_what_was_there_before_and_takes_back_what_is_begun_anew() -> None:
    stream = Terminal()
    bar = Bar(Console(stream), "f", 4000, redraw_s=0)

    bar.skip(1000)
    bar.skip(-1000)
    bar.advance(2000)

    drawn = stream.getvalue().split("\r\x1b[K")
    assert "f  [######..................] 1.0 kB of 4.0 kB" == drawn[0]
    assert "f  [........................] 0 B of 4.0 kB" == drawn[1]
    assert drawn[2].startswith("f  [############............] 2.0 kB of 4.0 kB")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (34_500_000, "34.5 MB"), (2e15, "2000.0 TB")],
)
def test_sizes_are_decimal(count: float, text: str) -> None:
    assert text == size_text(count)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (65, "1:05"), (7384, "2:03:04")],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert text == duration_text(seconds)
