"""Csv files of every kind that a reader may meet, right and wrong, made by chance from a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.scoring.schemas import Schema, schema, unnamed

NUMBERS = ("double", "float", "long", "integer", "int8", "uint16", "float16")
FRACTIONS = ("double", "float", "float16")
KINDS = (*NUMBERS, "string", "boolean", "datetime", "Any", "binary")
USUAL = ("double", "double", "long", "string", "float", "boolean", "datetime")
MISSING = ("", "NA", "nan", "NaN", "None", "null", "-nan", "N/A", "<NA>", "NULL", "NAN", "none")
ODD_NUMBERS = (
    *("-0", "-0.0", "-00", "+5", "007", "1e5", "1E-07", "1e400", "-1e-400", ".5", "5.", "1.5e"),
    *("inf", "-Infinity", "+inf", "nan(1)", "0x1F", "1_000", "1,5", " 5", "5 ", "\t5", "  ", " NA"),
    *("9007199254740993", "18446744073709551615", "123456789012345678901234567890", "3.0", "1e3"),
    *("-9223372036854775808", "9223372036854775808", "2147483648", "70000", "1d5", "٣", "True"),
    *("4.35", "0.1234567890123456789", "2.2250738585072014e-308", "5e-324", "abc", "-0 ", "1e-5"),
)
WORDS = (
    *("Zürich", "new york", "NA", "x", " y ", "0", "-0", "0x1F", "(a)", "true", "東京", "\x1a"),
    "-",
)
BOOLEANS = ("true", "false", "True", "FALSE", "1", "0", "tRuE", "", "NA", "yes", " true")
MOMENTS = ("2020-01-31", "2020-01-31T10:00:00Z", "20200131T101500", "2020/1/31 10:15+02:00", "")
ODD_MOMENTS = ("now", "NaT", "01/02/2020", "2020-02-30", "1500-01-01", " 2020-01-01")
ODD = {
    **dict.fromkeys(NUMBERS, (*ODD_NUMBERS, *MISSING)),
    "boolean": BOOLEANS,
    "datetime": ODD_MOMENTS,
}
# What is put into a file at a place of no meaning.
SPLINTERS = (
    *(b'"', b"'", b",", b"\n", b"\r", b"\r\n", b"\n\n", b" ", b"\t", b"\0", b"\xff"),
    *("\u2028".encode(), b"\x85", "\xa0".encode(), b"-", b"0", b"e", b".", b"(", b"#", b";", b"\\"),
    b"\xef\xbb\xbf",
)


@dataclass(frozen=True)
class Case:
    """Files of one folder, and what a model wants of them."""

    wanted: Schema | None
    files: tuple[bytes, ...]


def case(seed: int) -> Case:
    chance = random.Random(seed)  # noqa: S311  # of a test's data
    width = chance.choice((1, 2, 2, 3, 3, 5))
    pool = USUAL if chance.random() < 0.9 else KINDS
    kinds = [chance.choice(pool) for _ in range(width)]
    names = [f"c{at}" for at in range(width)]
    if chance.random() < 0.03:
        names[-1] = chance.choice((names[0], "", " ", "é", "Unnamed: 0", "c0.1", "x y"))
    mess = chance.choice((0.0, 0.0, 0.0, 0.02, 0.2))
    files = tuple(_file(chance, names, kinds, mess) for _ in range(chance.choice((1, 1, 2, 3))))
    return Case(_wanted(chance, names, kinds), files)


def _wanted(chance: random.Random, names: list[str], kinds: list[str]) -> Schema | None:
    if chance.random() < 0.03:
        return None
    if chance.random() < 0.1:
        same = chance.random() < 0.5
        return unnamed("float64", tensors=True) if same else unnamed(*kinds)
    pairs = list(zip(names, kinds, strict=True))
    if chance.random() < 0.3:
        chance.shuffle(pairs)
        pairs = pairs[: chance.randint(1, len(pairs))]
    if chance.random() < 0.05:
        pairs.append(("z", "double?" if chance.random() < 0.5 else "double"))
    return schema(**dict(pairs))


def _file(chance: random.Random, names: list[str], kinds: list[str], mess: float) -> bytes:
    end = "\r\n" if chance.random() < 0.1 else "\n"
    count = chance.choice((0, 1, 2, 3, 8))
    columns = [_cells(chance, kind, mess, count) for kind in kinds]
    rows = [",".join(cells) for cells in zip(*columns, strict=True)]
    text = end.join([",".join(names), *rows])
    if chance.random() < 0.8:
        text += end
    data = text.encode()
    if chance.random() < 0.03:
        data = b"\xef\xbb\xbf" + data
    if chance.random() < max(mess, 0.05):
        at = chance.randint(0, len(data))
        data = data[:at] + chance.choice(SPLINTERS) + data[at + chance.randint(0, 1) :]
    return data


def _cells(chance: random.Random, kind: str, mess: float, count: int) -> list[str]:
    """One column; numbers of some have no fraction, whatever their type."""
    is_whole = kind not in FRACTIONS or chance.random() < 0.3
    makers: dict[str, Callable[[], str]] = {
        "boolean": lambda: chance.choice(BOOLEANS[:2]),
        "datetime": lambda: chance.choice(MOMENTS),
        "binary": lambda: chance.choice(("YQ==", "", "a text")),
        **dict.fromkeys(NUMBERS, lambda: _whole(chance) if is_whole else _fraction(chance)),
    }
    usual = makers.get(kind, lambda: _word(chance))
    odd = ODD.get(kind, (*WORDS, *MISSING, *ODD_NUMBERS))
    return [chance.choice(odd) if chance.random() < mess else usual() for _ in range(count)]


def _whole(chance: random.Random) -> str:
    return chance.choice((str(chance.randint(-100, 100)), str(chance.randint(0, 9))))


def _fraction(chance: random.Random) -> str:
    if chance.random() < 0.05:
        return chance.choice(("", "NA", "-0.0", "1e-05"))
    number = chance.gauss(0, 10.0 ** chance.randint(-8, 8))
    return chance.choice((f"{number:.6f}", repr(number), f"{number:.3e}", f"{number:.17g}"))


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("abcxyz 019.-é") for _ in range(chance.randint(0, 6)))
