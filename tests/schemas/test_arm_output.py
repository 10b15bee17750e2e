"""Output options among the properties of deployments and jobs, as texts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest
from shared.domain.output_options import (
    LINEAGE,
    Compression,
    IfExists,
    OutputFormat,
    OutputLayout,
    OutputOptions,
)
from shared.schemas.arm_deployments import read_deployment
from shared.schemas.arm_output import read_output_options, write_output_options
from shared.schemas.invocation import read_invocation

HEADER = OutputOptions(format=OutputFormat.CSV_HEADER)
INPUT = {"inputData": {"i": {"uri": "azureml:d:1"}}}


def read(base: OutputOptions | None = None, **own: str) -> OutputOptions:
    return read_output_options(own, "properties.properties", base)


def test_texts_in_any_spelling_are_options() -> None:
    expected = OutputOptions(
        format=OutputFormat.CSV_HEADER,
        lineage=("file", "row", "job"),
        carry=("a", "b c"),
        compress=Compression.GZIP,
        if_exists=IfExists.VERSION,
    )

    assert expected == read(
        outputFormat="CsvHeader",
        output_lineage="job, row,file",
        OutputCarry="a, b c",
        outputcompress="GZIP",
        output_if_exists="version",
    )
    assert OutputOptions() == read(other="x", outputFormat="", output="y", outputOwner="me")


def test_what_is_absent_stays_and_an_empty_text_is_the_default() -> None:
    base = read(outputFormat="jsonl", outputLineage="none", outputCarry="all")

    assert ((), ("*",)) == (base.lineage, base.carry)
    assert base == read(base)
    assert OutputFormat.CSV_HEADER is read(base, outputFormat="csv_header").format
    assert OutputOptions() == read(base, outputFormat="", outputLineage="", outputCarry="none")
    assert ("a,b",) == read(base, outputCarry='["a,b"]').carry


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"outputFromat": "jsonl"}, "Did you mean 'outputFormat'?"),
        ({"output_lineages": "file"}, "Did you mean 'outputLineage'?"),
        ({"outputFormat": "excel"}, "'properties.properties.outputFormat' is 'excel'. Use csv, "),
        ({"outputCompress": "zip"}, "Use none, gzip"),
        ({"outputIfExists": "overwrite"}, "Use fail, version"),
        ({"outputFormat": "jsonl", "outputLineage": "file,line"}, "'line' is no column of a"),
        ({"outputLineage": "file"}, "outputLineage adds columns, and csv without a header"),
        ({"outputCarry": "all"}, "outputCarry adds columns"),
        ({"outputFormat": "jsonl", "outputCarry": "[1]"}, "which is no list of names"),
        ({"outputFormat": "jsonl", "outputCarry": "[a"}, "which is no list of names"),
        ({"outputLayout": "hive", "outputPartition": "a"}, "rows whose columns have names"),
        ({"outputFormat": "jsonl", "outputLayout": "hive"}, "and none is named"),
        ({"outputFormat": "jsonl", "outputPartition": "a"}, "no meaning with outputLayout single"),
        ({"outputFormat": "jsonl", "outputLayout": "folders"}, "Use single, per_input, hive"),
        ({"output_format": "csv", "outputFormat": "jsonl"}, "output_format' is 'csv', and '"),
        ({"outputPartial": "some"}, "Use keep, none"),
    ],
)
def test_what_means_nothing_is_refused_with_the_value(own: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(None, **own)

    assert words in str(refused.value)


options = (
    st.builds(
        OutputOptions,
        format=st.sampled_from([OutputFormat.CSV_HEADER, OutputFormat.JSONL, OutputFormat.PARQUET]),
        lineage=st.none() | st.lists(st.sampled_from(LINEAGE)).map(tuple),
        carry=st.just(("*",)) | st.lists(st.text(min_size=1), unique=True).map(tuple),
        compress=st.sampled_from(Compression),
        if_exists=st.sampled_from(IfExists),
        layout=st.sampled_from([OutputLayout.SINGLE, OutputLayout.PER_INPUT]),
    )
    | st.builds(
        OutputOptions,
        format=st.just(OutputFormat.PARQUET),
        layout=st.just(OutputLayout.HIVE),
        partition=st.lists(st.text(min_size=1), min_size=1, unique=True).map(tuple),
    )
    | st.builds(OutputOptions, compress=st.sampled_from(Compression))
)


@given(options)
def test_options_are_written_as_they_are_read(given_: OutputOptions) -> None:
    assert given_ == read(None, **write_output_options(given_))


def test_a_job_takes_its_deployments_options_and_its_own_over_them() -> None:
    deployed = BatchSettings(output=HEADER)
    body = {"properties": {**INPUT, "properties": {"outputLineage": "file", "x": "y"}}}

    job = read_invocation(body, deployed)
    jsonl = {
        **INPUT,
        "properties": {"outputFormat": "jsonl"},
        "outputDataset": {"datastoreId": "workspaceblobstore", "path": "out"},
    }

    lists = {"outputLineage": ["row", "file"], "outputCarry": ["a,b"], "outputCompress": None}
    by_rest = read_invocation({"properties": {**INPUT, "properties": lists}}, deployed)
    assert (("file", "row"), ("a,b",)) == (
        by_rest.settings.output.lineage,
        by_rest.settings.output.carry,
    )
    assert HEADER == read_invocation({"properties": INPUT}, deployed).settings.output
    assert HEADER.model_copy(update={"lineage": ("file",)}) == job.settings.output
    assert read_invocation({"properties": jsonl}, deployed).output_uri.endswith(
        "/out/predictions.jsonl"
    )


def test_another_layout_than_the_deployments_takes_its_partition_back() -> None:
    hive = OutputOptions(
        format=OutputFormat.JSONL, layout=OutputLayout.HIVE, partition=("country",)
    )

    assert ("day", "n") == read(hive, outputPartition="day,n").partition
    for layout in ("per_input", "single", ""):
        assert () == read(hive, outputLayout=layout).partition
    assert "" == BatchSettings(output=hive).file_name
    assert "x" == BatchSettings(output=hive, output_file_name="x").file_name


def deployment(script: bool, **more: Any) -> Any:  # noqa: FBT001  # a test's own
    code = {"codeId": "azureml:c:1", "scoringScript": "s.py"}
    return {
        "properties": {
            "model": {"assetId": "azureml:m:1"},
            **({"codeConfiguration": code} if script else {}),
            **more,
        }
    }


def test_a_deployment_has_them_among_its_properties() -> None:
    own = {"outputFormat": "jsonl", "batchPredict": "true", "mine": "1"}

    read_ = read_deployment("e", "d-1", deployment(script=False, properties=own))

    assert OutputFormat.JSONL is read_.settings.output.format
    assert own == read_.properties
    assert (
        read_.fingerprint
        == read_deployment(
            "e", "d-1", deployment(script=False, properties={"batchPredict": "true"})
        ).fingerprint
    )


@pytest.mark.parametrize(("text", "asked"), [("true", True), ("false", False), (None, None)])
def test_files_share_a_predict_always_or_never_or_where_it_is_proven(
    text: str | None, *, asked: bool | None
) -> None:
    own = {"batchPredict": text} if text else {}

    read_ = read_deployment("e", "d-1", deployment(script=False, properties=own))

    assert asked is read_.batch_predict
    plain = read_deployment("e", "d-1", deployment(script=False))
    assert (asked is None) == (plain.fingerprint == read_.fingerprint)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"properties": {"outputFormat": "jsonl", "outputCarry": "all"}}, "outputCarry is for"),
        (
            {"outputAction": "SummaryOnly", "properties": {"outputCompress": "gzip"}},
            "outputFormat and outputCompress are for rows",
        ),
    ],
)
def test_a_script_is_refused_what_it_cannot_have(more: Any, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        read_deployment("e", "d-1", deployment(script=True, **more))
