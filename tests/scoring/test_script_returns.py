import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import ScoringFailed
from tests.scoring.script_lease import Leased, leased, misbehaving
from tests.support.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leased]:
    """One warm process that returns whatever its first file says."""
    folder = tmp_path_factory.mktemp("told")
    pool = ScorerPool(scratch=folder / "scratch", idle_s=60)
    with misbehaving(pool, folder, "returns_what_it_is_told") as scorer:
        yield scorer
    pool.close()


def returned(told: Leased, expression: str, files: int = 3) -> tuple[int, int, bytes]:
    names = [f"file-{number}" for number in range(files)]
    inputs = told.files(*names)
    inputs[0].path.write_text(expression)
    scored = told.scorer.score(inputs, told.output, timeout_s=PATIENCE_S)
    assert () == scored.failures
    assert scored.bytes == told.output.stat().st_size
    return scored.rows, scored.succeeded, told.output.read_bytes()


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("['a', 1, 2.5, None]", b"a\n1\n2.5\nNone\n"),
        ("[('a', 0.5), {'b': 1}, [1, 2]]", b"('a', 0.5)\n{'b': 1}\n[1, 2]\n"),
        ("[]", b""),
        ("('a', 2)", b"a\n2\n"),
        ("tuple(n for n in (0.5, None))", b"0.5\nNone\n"),
        ("()", b""),
        ("['two\\nlines', 'ends\\n']", b"two\nlines\nends\n\n"),
        ("['caf\\u00e9', '\\ud800']", "café\n\\ud800\n".encode()),
        ("np.array([1.5, 2.0, 1e-9])", b"1.5\n2.0\n1e-09\n"),
        ("np.array(['a', 'b'])", b"a\nb\n"),
        ("np.array([[1, 2], [3, 4]])", b"[1 2]\n[3 4]\n"),
        ("pd.Series([1, 2])", b"1\n2\n"),
        ("pd.DataFrame()", b""),
        ("pd.DataFrame({'f': ['a.png', 'b c.png'], 'p': [1, 2]})", b'a.png 1\n"b c.png" 2\n'),
    ],
)
def test_elements_become_rows(told: Leased, expression: str, rows: bytes) -> None:
    count = len(eval(expression))  # noqa: S307

    assert (count, count, rows) == returned(told, expression)


def test_a_data_frame_is_written_as_pandas_writes_it_with_spaces(told: Leased) -> None:
    expression = (
        "pd.DataFrame({'file': ['a b', 'c\"d', 'e\\nf', ''], 'p': [0.1, float('nan'), 1e20, -0.0],"
        " 'n': [1, 2, 3, 4], 'when': pd.to_datetime(['2024-01-01'] * 4), 'b': [True, False] * 2})"
    )
    frame: pd.DataFrame = eval(expression)  # noqa: S307
    expected = io.StringIO()
    frame.to_csv(expected, sep=" ", header=False, index=False)

    assert (4, 4, expected.getvalue().encode()) == returned(told, expression)


def test_an_array_s_row_is_one_whole_line_however_long(told: Leased) -> None:
    rows, _, lines = returned(told, "np.arange(6000).reshape(2, 3000)")

    assert 2 == rows == len(lines.splitlines())
    assert list(range(3000)) == [int(n) for n in lines.splitlines()[0].strip(b"[]").split()]
    assert "..." in str(np.arange(3000))


def test_a_short_return_is_counted_and_blames_no_file(told: Leased) -> None:
    assert (1, 1, b"only\n") == returned(told, "['only']", files=3)


def test_a_surplus_is_kept(told: Leased) -> None:
    assert (5, 5) == returned(told, "list(range(5))", files=2)[:2]


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("None", "None"),
        ("(n for n in mini_batch)", "a generator"),
        ("3", "an int"),
        ("'text'", "a str"),
        ("b'bytes'", "a bytes"),
        ("{'a': 1}", "a dict"),
        ("{1, 2}", "a set"),
        ("np.float64(1)", "a float64"),
        ("np.array(1)", "an array without dimensions"),
        ("iter(mini_batch)", "a list_iterator"),
        ("(lambda: (yield))()", "a generator"),
    ],
)
def test_anything_else_is_refused_in_words(told: Leased, expression: str, named: str) -> None:
    with pytest.raises(ScoringFailed) as caught:
        returned(told, expression)

    expected = (
        f"run() returned {named}; return a list, an array or a DataFrame with one element per file."
    )
    assert f"BadReturn: {expected}" == caught.value.message
    assert ("exception", "BadReturn") == (caught.value.kind, caught.value.error_type)
    assert not told.output.exists()


def test_an_async_run_is_refused_in_words(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, "async def run(mini_batch):\n    return mini_batch\n") as scorer:
        assert "returned a coroutine, as an async function does" in scorer.failure("a").message
        assert b"never awaited" not in scorer.scorer.drain_logs().both


def test_an_element_whose_text_fails_fails_the_try(told: Leased) -> None:
    with pytest.raises(ScoringFailed, match="ZeroDivisionError"):
        returned(told, "['fine', type('Mute', (), {'__str__': lambda self: str(1 // 0)})()]")

    assert not told.output.exists()
