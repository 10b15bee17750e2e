"""What the demo's job left: kept on disk, shown, and held against the model itself."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from examples.demo.service import CONTAINER, Service
from local.issuer import Issuer
from local.sign_in_links import LINK_MINUTES, SignInLinks, sign_in_url, studio_command

SHOWN_ROWS = 5
SERVED_AT = "127.0.0.1:7071"  # the default of ./run serve


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

    def show_places(self, state: Path, job: str, durable_uri: str) -> None:
        """Print where everything lies; the service's own addresses need it running."""
        print(f"\nPredictions: {self.folder / 'predictions.csv'}")
        print(f"             {self.predictions_uri}")
        print(f"Receipt:     {self.folder / 'receipt.json'}")
        print(f"Errors:      {self.folder / 'errors.jsonl'}")
        print(f"\nTo look around: ./run serve --state {state}, and then")
        code = SignInLinks(state, Issuer(state)).create()
        link = sign_in_url(f"http://{SERVED_AT}", code, f"jobs/{job}")
        print(f"Job:         {link}")
        print(
            f"             (signs in once, within {LINK_MINUTES} min; then {studio_command(state)})"
        )
        print(f"Durable:     {_served(durable_uri)}")


def _served(url: str) -> str:
    """The address under which `./run serve` will answer."""
    return urlsplit(url)._replace(netloc=SERVED_AT).geturl()
