"""Scorers on machines with GPUs; the driver's query is a stand-in, the scorers are real."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shared.scoring.scorer.gpu_query import Gpu, find_gpus
from shared.scoring.scorer.gpus import Gpus
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer import Scorer
from tests.scoring.conftest import Specs, acts
from tests.support.waiting import PATIENCE_S

TWO = "0, GPU-aa11, 16160\n1, GPU-bb22, 16160\n"
Query = Callable[..., tuple[Gpu, ...]]


@pytest.fixture
def query(tmp_path: Path) -> Query:
    def query(table: str = TWO, code: int = 0, **environment: str) -> tuple[Gpu, ...]:
        (tmp_path / "table").write_text(table)
        program = tmp_path / "nvidia-smi"
        program.write_text(
            f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat {tmp_path}/table\nexit {code}\n'
        )
        program.chmod(0o755)
        return find_gpus(str(program), {"PATH": "/usr/bin:/bin", **environment})

    return query


@pytest.fixture
def pool_of(tmp_path: Path, query: Query) -> Iterator[Callable[..., ScorerPool]]:
    with ExitStack() as stack:

        def pool_of(table: str = TWO, per_gpu: int = 1) -> ScorerPool:
            gpus = Gpus(lambda: query(table), per_gpu)
            pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, grace_s=0.3, gpus=gpus)
            stack.callback(pool.close)
            return pool

        yield pool_of


def environ(scorer: Scorer, output: Path) -> dict[str, str]:
    scorer.score(acts("tells_all"), output, timeout_s=PATIENCE_S)
    told: dict[str, str] = json.loads(output.read_text().split(",", 1)[1])["environ"]
    return told


def test_the_driver_is_asked_for_index_uuid_and_memory(query: Query, tmp_path: Path) -> None:
    assert (Gpu("0", "GPU-aa11", 16160), Gpu("1", "GPU-bb22", 16160)) == query()
    asked = (tmp_path / "asked").read_text().split()
    assert ["--query-gpu=index,uuid,memory.total", "--format=csv,noheader,nounits"] == asked


def test_without_the_driver_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    assert () == find_gpus("/nowhere/nvidia-smi")
    assert [] == caplog.records


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9),
        ("No devices were found\n", 0),
    ],
    ids=["a failure", "no table"],
)
def test_a_driver_that_fails_is_told_with_its_words_and_pins_nobody(
    query: Query, caplog: pytest.LogCaptureFixture, table: str, code: int
) -> None:
    assert () == query(table, code)
    assert table.strip() in caplog.text
    assert "SCORERS_PER_GPU" in caplog.text


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("1", ["1"]),
        ("1,0", ["1", "0"]),
        ("GPU-bb", ["1"]),
        ("0,7,1", ["0"]),
        ("", []),
        ("-1", []),
        ("GPU-", []),
        ("MIG-ab12", ["MIG-ab12"]),
    ],
)
def test_what_the_service_itself_may_see_is_what_its_scorers_get(
    query: Query, visible: str, names: list[str]
) -> None:
    assert names == [gpu.name for gpu in query(CUDA_VISIBLE_DEVICES=visible)]


def test_a_gpu_whose_memory_is_not_told_is_one_all_the_same(query: Query) -> None:
    assert (Gpu("0", "GPU-aa11", 0),) == query("0, GPU-aa11, [N/A]\n")


def test_two_scorers_have_a_gpu_each_and_know_its_memory(
    pool_of: Callable[..., ScorerPool], spec_of: Specs, tmp_path: Path
) -> None:
    pool = pool_of()
    with pool.lease(spec_of(), capacity=2) as one, pool.lease(spec_of(), capacity=2) as other:
        told = [environ(scorer, tmp_path / "output") for scorer in (one, other)]

    assert ["0", "1"] == [each["CUDA_VISIBLE_DEVICES"] for each in told]
    assert ["16160", "16160"] == [each["SCORER_GPU_MEMORY_MB"] for each in told]
    assert {"PCI_BUS_ID"} == {each["CUDA_DEVICE_ORDER"] for each in told}
    assert "XLA_PYTHON_CLIENT_MEM_FRACTION" not in told[0]


def test_a_process_that_takes_anothers_place_takes_its_gpu(
    pool_of: Callable[..., ScorerPool], spec_of: Specs, tmp_path: Path
) -> None:
    pool = pool_of()
    with pool.lease(spec_of(), capacity=2) as one, pool.lease(spec_of(), capacity=2) as other:
        before = environ(other, tmp_path / "output")["CUDA_VISIBLE_DEVICES"]
        other.end()
        after = environ(other, tmp_path / "output")["CUDA_VISIBLE_DEVICES"]
        assert "0" == environ(one, tmp_path / "output")["CUDA_VISIBLE_DEVICES"]

    assert ("1", "1") == (before, after)


def test_no_more_scorers_of_a_deployment_than_the_gpus_hold(spec_of: Specs, query: Query) -> None:
    own = spec_of(environment=(("CUDA_VISIBLE_DEVICES", ""),))

    def bounds(per_gpu: int, table: str = TWO) -> list[int]:
        gpus = Gpus(lambda: query(table), per_gpu)
        return [gpus.bound(spec_of(), 0), gpus.bound(spec_of(), 3), gpus.bound(own, 3)]

    assert [2, 2, 3] == bounds(1)
    assert [4, 3, 3] == bounds(2)
    assert [0, 3, 3] == bounds(0)
    assert [0, 3, 3] == bounds(1, table="")


def test_those_that_share_a_gpu_are_told_their_part_of_its_memory(
    pool_of: Callable[..., ScorerPool], spec_of: Specs, tmp_path: Path
) -> None:
    """JAX and TensorFlow take a whole GPU at their first call, if nobody tells them."""
    pool = pool_of("0, GPU-aa11, 16160\n", per_gpu=2)
    with pool.lease(spec_of(), capacity=9) as one, pool.lease(spec_of(), capacity=9) as other:
        told = [environ(scorer, tmp_path / "output") for scorer in (one, other)]

    for each in told:
        assert "0" == each["CUDA_VISIBLE_DEVICES"]
        assert "8080" == each["SCORER_GPU_MEMORY_MB"]
        assert "0.375" == each["XLA_PYTHON_CLIENT_MEM_FRACTION"]
        assert "true" == each["TF_FORCE_GPU_ALLOW_GROWTH"]


@pytest.mark.parametrize("chosen", ["", "0,1"])
def test_a_deployment_that_chooses_by_itself_is_neither_pinned_nor_bounded(
    pool_of: Callable[..., ScorerPool], spec_of: Specs, tmp_path: Path, chosen: str
) -> None:
    spec = spec_of(environment=(("CUDA_VISIBLE_DEVICES", chosen),))
    pool = pool_of("0, GPU-aa11, 16160\n")
    with pool.lease(spec, capacity=2) as one, pool.lease(spec, capacity=2) as other:
        told = [environ(scorer, tmp_path / "output") for scorer in (one, other)]

    assert [chosen, chosen] == [each["CUDA_VISIBLE_DEVICES"] for each in told]
    assert "SCORER_GPU_MEMORY_MB" not in told[0]


def test_without_gpus_nothing_is_told(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5")
    with pool.lease(spec_of(), capacity=1) as scorer:
        told = environ(scorer, tmp_path / "output")

    assert "5" == told["CUDA_VISIBLE_DEVICES"]
    assert not {"SCORER_GPU_MEMORY_MB", "CUDA_DEVICE_ORDER"} & set(told)
