"""How fast the service scores, beside what could be had instead: `./run bench scoring`.

The same files, model and script; one storage account; everybody's runs interleaved. The limit is
what an expert writes by hand for this machine, without retries, counts, logs or a restart. A
peer's time is a fresh process's; the service's is from the POST to the job's end, with the host up
and the model not loaded. Where processes are prepared (`--prepared`), they are the deployment's.
"""

import json
import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.race.contender import MINI_BATCH, PROCESSES, Contender, Heat
from benchmarks.race.deployed import Deployed, deploy_mlflow, deploy_script
from benchmarks.race.meter import busy_seconds, cpu_seconds, descendants
from benchmarks.race.models import IMAGES, TABLES, made_models
from benchmarks.race.outputs import rows_of
from benchmarks.race.peer import Peer
from benchmarks.race.rest import Rest
from benchmarks.race.results import LIMIT, NO_CODE, SCRIPT, Result, is_reached, tables
from benchmarks.race.sets import SETS, FileSet
from examples.demo.service import CONTAINER, Service, ServiceFailed, starting
from local.project import PROJECT
from shared.settings import Settings

CACHE = PROJECT / ".cache" / "bench"
PEERS = (LIMIT, "pool", "plain")
SCORER_IDLE_S = 5
"""So that each run finds its model not loaded soon after the run before."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    os.environ["SCORER_IDLE_S"] = str(SCORER_IDLE_S)  # the service inherits them
    os.environ["SCORER_PREPARED"] = str(options.prepared)
    with tempfile.TemporaryDirectory() as folder, starting(Path(folder)) as wait:
        models = made_models(CACHE)
        service = wait()
        ready = json.loads((Path(folder) / "ready.json").read_text())
        host, azurite = ready["pids"]["host"], ready["pids"]["azurite"]
        rest = Rest(host, descendants(host), options.prepared, SCORER_IDLE_S)
        contenders = list(_contenders(service, models, ready, rest, options))
        results = list(_results(contenders, service, azurite, rest, options))
        service.blobs.close()
    print("\n".join(tables(results)))
    return int(not is_reached(results))


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="./run bench scoring", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), metavar="SET")
    parser.add_argument("--reps", type=int, default=2, help="Rounds. Default: %(default)s.")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="Contenders so named, by commas."
    )
    parser.add_argument(
        "--prepared",
        type=int,
        default=Settings.model_fields["scorer_prepared"].default,
        help="SCORER_PREPARED of the service; 0: a run starts its scorers. Default: %(default)s.",
    )
    parser.add_argument("--files", type=int, default=0, help="The first files of a set only.")
    return parser.parse_args(arguments)


def _is_wanted(name: str, options: Namespace) -> bool:
    return any(text in name for text in options.only.split(","))


def _contenders(
    service: Service, models: Path, ready: dict[str, Any], rest: Rest, options: Namespace
) -> Iterator[Contender]:
    """Those that are asked for: of the service nothing else is deployed."""
    wanted = [name for name in (LIMIT, SCRIPT, NO_CODE, *PEERS[1:]) if _is_wanted(name, options)]
    for name in wanted:
        if name == NO_CODE:
            uris = {TABLES: deploy_mlflow(service, models)}
        elif name == SCRIPT:
            uris = dict(_scripts(service, models))
        else:
            yield Peer(name, ready["storage_connection_string"], models)
            continue
        if uris:
            yield Deployed(name, service, uris, rest)


def _scripts(service: Service, models: Path) -> Iterator[tuple[str, str]]:
    """The scoring URIs of the deployments with a script, by kind."""
    for kind in (TABLES, IMAGES):
        try:
            yield kind, deploy_script(service, models, kind)
        except ServiceFailed as refusal:
            print(f"No deployment with a script of {kind}: {refusal}")


def _results(
    contenders: list[Contender], service: Service, azurite: int, rest: Rest, options: Namespace
) -> Iterator[Result]:
    """One run after the other, the contenders taking turns; each run is told as it ends."""
    for name in options.sets:
        file_set = SETS[name]
        files = min(options.files or file_set.files, file_set.files)
        prefix = f"bench/files/{file_set.name}"
        for turn in range(options.reps):
            heat = Heat(file_set, files, prefix, turn)
            if not turn:
                _upload(service, file_set, files, heat.prefix)
                _upload(service, file_set, min(files, MINI_BATCH * PROCESSES), heat.few)
            for contender in contenders:
                if contender.takes(file_set):
                    contender.get_ready(heat)
                    rest.wait()  # nobody's imports fall into another one's time
                    result = _result(contender, heat, service, azurite)
                    print(result, flush=True)
                    yield result


def _result(contender: Contender, heat: Heat, service: Service, azurite: int) -> Result:
    stored, busy = cpu_seconds(azurite), busy_seconds()
    finish = contender.run(heat)
    stored, busy = cpu_seconds(azurite) - stored, busy_seconds() - busy
    output = service.download(CONTAINER, finish.output)
    return Result(
        contender=contender.name,
        heat=heat,
        finish=finish,
        rows=rows_of(output),
        storage_cpu_seconds=stored,
        foreign_cpu_seconds=busy - stored - finish.cpu_seconds,
    )


def _upload(service: Service, file_set: FileSet, count: int, prefix: str) -> None:
    """The set's first files."""
    client = service.blobs.get_container_client(CONTAINER)

    def upload(path: Path) -> None:
        client.upload_blob(f"{prefix}/{path.name}", path.read_bytes(), overwrite=True)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(upload, file_set.made(count, CACHE)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
