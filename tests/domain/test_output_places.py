"""Names of predictions: their places, the numbers behind taken ones, and what is packed in them."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deployment import BatchSettings
from shared.domain.output_options import Compression, OutputFormat, OutputOptions
from shared.domain.output_places import numbered, output_values
from shared.domain.template import fill_known, render, values_of
from shared.domain.unpacking import unpacked
from shared.domain.watch import UploadSource, Watch


@pytest.mark.parametrize(
    ("path", "second", "third"),
    [
        ("a/p.csv", "a/p-2.csv", "a/p-3.csv"),
        ("p.jsonl.gz", "p-2.jsonl.gz", "p-3.jsonl.gz"),
        ("p", "p-2", "p-3"),
        ("a.b/p-2024.01", "a.b/p-2024.01-2", "a.b/p-2024.01-3"),
        ("p-2.csv", "p-2-2.csv", "p-2-3.csv"),
        (".csv", ".csv-2.csv", ".csv-3.csv"),
    ],
)
def test_a_name_gets_a_number_before_what_says_its_format(
    path: str, second: str, third: str
) -> None:
    assert second == numbered(path, 1, 2)
    assert third == numbered(second, 2, 3)


def test_only_known_places_are_filled() -> None:
    values = output_values("night", "fares", datetime(2026, 3, 4, tzinfo=UTC))

    filled = fill_known("{date}/{job}-{endpoint}/{other}/${{name}}/{", values)

    assert "2026-03-04/night-fares/{other}/${{name}}/{" == filled


def test_a_watch_and_a_schedule_fill_them_too() -> None:
    at = datetime(2026, 3, 4, tzinfo=UTC)
    watch = Watch(
        name="cellar",
        endpoint="wine",
        source=UploadSource(datastore="lake", folder="in"),
        output="azureml://datastores/lake/paths/{endpoint}/{date}/{job}.csv",
        incarnation="2026-abc",
    )

    assert watch.output_of(7, at).endswith("/wine/2026-03-04/wine-cellar-abc-000007.csv")
    assert watch.task.job_name(7) in watch.output_of(7, at)
    values = values_of("night", at, "fares")
    assert "2026-03-04/night-fares" == render("{date}/{job}-{endpoint}", values, target="uri")


def test_a_file_name_may_have_places_and_no_other_braces() -> None:
    assert "{date}.csv" == BatchSettings(output_file_name="{date}.csv").file_name
    for name in ("{when}.csv", "{date", "a}b", "{job}/x"):
        with pytest.raises(ValueError, match="is not a file name"):
            BatchSettings(output_file_name=name)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (OutputOptions(), "predictions.csv"),
        (OutputOptions(format=OutputFormat.CSV_HEADER), "predictions.csv"),
        (OutputOptions(format=OutputFormat.JSONL), "predictions.jsonl"),
        (OutputOptions(compress=Compression.GZIP), "predictions.csv.gz"),
    ],
)
def test_the_usual_name_tells_the_format_and_any_other_one_stays(
    options: OutputOptions, name: str
) -> None:
    assert name == BatchSettings(output=options).file_name
    assert "p.csv" == BatchSettings(output=options, output_file_name="p.csv").file_name


@given(st.lists(st.binary(max_size=50), max_size=4), st.integers(0, 200), st.integers(1, 200))
def test_the_beginning_of_packed_members_is_that_of_what_is_in_them(
    members: list[bytes], cut: int, most: int
) -> None:
    packed, content = b"".join(map(gzip.compress, members)), b"".join(members)

    whole, is_all = unpacked(packed, most, is_whole=True)
    part, _ = unpacked(packed[:cut], most, is_whole=cut >= len(packed))

    assert content[:most] == whole
    assert content.startswith(part)
    assert is_all or len(content) >= most
    assert whole == content or not is_all


def test_what_is_no_gzip_is_nothing() -> None:
    assert (b"", False) == unpacked(b"plain", 10, is_whole=True)
