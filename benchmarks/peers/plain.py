"""What anyone writes first: one process, one loop, the storage SDK."""

from pathlib import Path

from benchmarks.peers import script
from benchmarks.peers.download import downloaded
from benchmarks.peers.task import Task


def main(task: Task) -> None:
    run = script.load(task.script)
    source, rows = task.source(), Path(task.scratch) / "rows"
    with rows.open("wb") as output:
        for names in task.minibatches():
            with downloaded(source, names, task.scratch) as paths:
                output.write(script.lines(run(paths)))
    with rows.open("rb") as output:
        task.target().upload_blob(output, overwrite=True)


if __name__ == "__main__":
    main(Task.given())
