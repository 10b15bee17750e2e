"""Script logs: Azure ML's names, growing while the job runs, never a secret."""

from shared.adapters.memory_blobs import MemoryBlobs
from shared.stores import script_logs as module
from shared.stores.script_logs import ScriptLogs


def texts(blobs: MemoryBlobs, job: str = "job-1") -> dict[str, str]:
    """Every log of the job, by its name without the node's random part."""
    found = {}
    for item in blobs.list_blobs("batch-jobs", f"{job}/logs/user/"):
        folder, node, file = item.name.removeprefix(f"{job}/logs/user/").split("/")
        assert node.startswith("host-")
        found[f"{folder}/{file}"] = blobs.read("batch-jobs", item.name).data.decode()
    return found


def test_each_scorer_has_its_own_growing_files(blobs: MemoryBlobs) -> None:
    logs = ScriptLogs(blobs, "host")
    first, second = logs.process("job-1", "scorer a"), logs.process("job-1", "scorer b")

    logs.keep("job-1", first, stdout=b"one\n", stderr=b"")
    logs.keep("job-1", second, stdout=b"other\n", stderr=b"oops\n")
    logs.keep("job-1", logs.process("job-1", "scorer a"), stdout=b"two\n", stderr=b"")
    logs.keep_errors("job-1", second, "Traceback\n")

    assert {
        "stdout/process000.stdout.txt": "one\ntwo\n",
        "stdout/process001.stdout.txt": "other\n",
        "stderr/process001.stderr.txt": "oops\n",
        "error/process001.txt": "Traceback\n",
    } == texts(blobs)


def test_jobs_and_workers_never_write_one_file(blobs: MemoryBlobs) -> None:
    workers = [ScriptLogs(blobs, "host"), ScriptLogs(blobs, "host")]

    names = {worker.process(job, "scorer") for worker in workers for job in ("job-1", "job-2")}

    assert 4 == len(names)


def test_a_full_file_is_followed_by_another(blobs: MemoryBlobs) -> None:
    logs = ScriptLogs(blobs, "host")
    process = logs.process("job-1", "scorer")

    for index in range(module.BLOCKS_PER_FILE + 1):
        logs.keep("job-1", process, stdout=f"{index}\n".encode(), stderr=b"")

    found = texts(blobs)
    assert module.BLOCKS_PER_FILE == len(found["stdout/process000.stdout.txt"].splitlines())
    assert f"{module.BLOCKS_PER_FILE}\n" == found["stdout/process000.stdout.1.txt"]


def test_what_the_store_lost_does_not_stop_the_log(blobs: MemoryBlobs) -> None:
    logs = ScriptLogs(blobs, "host")
    process = logs.process("job-1", "scorer")
    logs.keep("job-1", process, stdout=b"lost\n", stderr=b"")
    for item in list(blobs.list_blobs("batch-jobs", "job-1/")):
        blobs.delete("batch-jobs", item.name)

    logs.keep("job-1", process, stdout=b"kept\n", stderr=b"")

    assert {"stdout/process000.stdout.1.txt": "kept\n"} == texts(blobs)


def test_keys_and_tokens_are_taken_out(blobs: MemoryBlobs) -> None:
    logs = ScriptLogs(blobs, "host")

    logs.keep_errors("job-1", logs.process("job-1", "s"), "AccountKey=abc123; and on\n")

    assert {"error/process000.txt": "AccountKey=***; and on\n"} == texts(blobs)
