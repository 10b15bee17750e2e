"""The official SDK downloads predictions of several files, in each form, as they were published."""

import gzip
import io
import json
from pathlib import Path

import pandas as pd

from tests.client.conftest import RunWithSdk
from tests.support.deploying import deploy_on
from tests.support.stack import CONTAINER, Stack

FILES = {
    f"2026/{i}.csv": f"x,n,land\n{i},1,DE\n{i},2,\n{i},3,A/B\n".encode() for i in range(1, 4)
} | {"1.csv": b"x,n,land\n9,4,DE\n"}
COMMON = {"inputInclude": "**/*.csv", "outputCarry": "x,n,land", "outputLineage": "none"}
PER_INPUT = COMMON | {"outputLayout": "per_input"}
HIVE = COMMON | {"outputLayout": "hive", "outputPartition": "land"}
JOBS = {
    "inputs-csv": PER_INPUT | {"outputFormat": "csv_header"},
    "inputs-packed": PER_INPUT | {"outputFormat": "jsonl", "outputCompress": "gzip"},
    "inputs-parquet": PER_INPUT | {"outputFormat": "parquet"},
    "hive-csv": HIVE | {"outputFormat": "csv_header"},
    "hive-jsonl": HIVE | {"outputFormat": "jsonl"},
    "hive-parquet": HIVE | {"outputFormat": "parquet"},
}
ROWS = sorted(
    (x, n, land, 2.0 * x + n)
    for x, n, land in [
        (9, 4, "DE"),
        *((i, n, land) for i in range(1, 4) for n, land in ((1, "DE"), (2, ""), (3, "A/B"))),
    ]
)


def frame_of(path: Path) -> pd.DataFrame:
    data = path.read_bytes()
    if path.suffix == ".parquet":
        return pd.read_parquet(io.BytesIO(data))
    text = io.StringIO((gzip.decompress(data) if path.suffix == ".gz" else data).decode())
    return pd.read_json(text, lines=True) if ".jsonl" in path.name else pd.read_csv(text)


def lands(path: Path) -> str | None:
    """Of a partition, by its folder."""
    name = path.parent.name
    known = {"land=DE": "DE", "land=A%2FB": "A/B", "land=__HIVE_DEFAULT_PARTITION__": ""}
    return known[name] if "=" in name else None


def test_the_official_sdk_downloads_every_file_of_a_layout(
    run_with_sdk: RunWithSdk, https: Stack, tmp_path: Path
) -> None:
    uri = https.upload("sdk-layouts-in", FILES)
    deploy_on(https, "sdk-layouts", miniBatchSize=2, maxConcurrencyPerInstance=2)

    done = run_with_sdk(
        "-m", "tests.client.layouts", "sdk-layouts", uri, json.dumps(JOBS), str(tmp_path)
    )

    assert 0 == done.returncode, done.stdout
    for name in JOBS:
        assert f"{name} JobStatus.COMPLETED" in done.stdout
        prefix = f"sdk-layouts/{name}/"
        published = {
            item.name.removeprefix(prefix): https.download(item.name)
            for item in https.blobs.get_container_client(CONTAINER).list_blobs(prefix)
        }
        assert (5 if name.startswith("inputs") else 4) == len(published)
        for way in ("job", "all", "child/named-outputs/score"):
            folder = tmp_path / name / way
            found = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
            assert published == {path: p.read_bytes() for path, p in found.items()}, (name, way)
        rows = []
        for path in found.values():
            if path.name != "_SUCCESS":
                frame = frame_of(path)
                frame["land"] = frame["land"].fillna("") if "land" in frame else lands(path)
                columns = (frame[one] for one in ("x", "n", "land", "prediction"))
                rows += list(zip(*columns, strict=True))
        assert sorted(rows) == ROWS, name
