"""What the demo's job left: kept on disk, shown, and held against the model itself."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from examples.demo.service import CONTAINER, Service

SHOWN_ROWS = 5


@dataclass(frozen=True)
class Results:
    folder: Path
    predictions_uri: str
    rows: list[list[str]]
    errors: list[Any]
    receipt: Any

    @classmethod
    def kept(cls, service: Service, job: Any, folder: Path) -> Self:
        """Download a completed job's predictions, receipt and errors into the folder."""
        uri = job["properties"]["outputs"]["predictions"]
        jobs = f"{job['name']}"
        contents = {
            "predictions.csv": service.download(CONTAINER, uri.partition("/paths/")[2]),
            "receipt.json": service.download("batch-jobs", f"{jobs}/receipt.json"),
            "errors.jsonl": service.download("batch-jobs", f"{jobs}/errors.jsonl"),
        }
        folder.mkdir(parents=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        return cls(
            folder=folder,
            predictions_uri=uri,
            rows=list(csv.reader(contents["predictions.csv"].decode().splitlines())),
            errors=[json.loads(line) for line in contents["errors.jsonl"].splitlines()],
            receipt=json.loads(contents["receipt.json"]),
        )

    def show(self, expected: dict[tuple[str, int], str]) -> bool:
        """Print the results; whether they are just the expected ones, and proven."""
        print(f"\nThe first of {len(self.rows)} predictions (row, prediction, file):")
        for row in self.rows[:SHOWN_ROWS]:
            print(f"  {','.join(row)}")
        print("\nThe file that failed:")
        for error in self.errors:
            print(f"  {error['file']} ({error['stage']}): {error['message']}")
        scored = {(file, int(row)): prediction for row, prediction, file in self.rows}
        is_equal = scored == expected and len(self.rows) == len(scored)
        print(f"\nReceipt: {self.receipt['verdict']}, sha256 {self.receipt['output']['sha256']}")
        verb = "are" if is_equal else "ARE NOT"
        print(f"The predictions {verb} equal to calling the model directly")
        return is_equal and self.receipt["verdict"] == "proven"

    def show_places(self, poll_uri: str, durable_uri: str) -> None:
        """Print where everything lies."""
        print(f"\nPredictions: {self.folder / 'predictions.csv'}")
        print(f"             {self.predictions_uri}")
        print(f"Receipt:     {self.folder / 'receipt.json'}")
        print(f"Errors:      {self.folder / 'errors.jsonl'}")
        print(f"Job:         {poll_uri}")
        print(f"Durable:     {durable_uri}")
