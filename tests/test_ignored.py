"""What is secret, or of one machine, is neither committed nor deployed."""

import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MADE_BY_RUN = [
    ".venv/pyvenv.cfg",
    ".venv-sdk/pyvenv.cfg",
    ".tools/lock",
    "node_modules/.ready",
    ".state/host/keys.json",
    ".state/host/devhost.db-wal",
    ".state/issuer/key.pem",
    ".state/tls/ca.key",
    ".state/ready.json",
    ".cache/home/x",
    ".devhost/keys.json",
    ".devhost/devhost.db",
]
MADE_BY_WHO_READS_THE_DOCS = [
    "ready.json",
    "second.ready.json",
    "job.json",
    ".venv-tour/pyvenv.cfg",
    "downloads/named-outputs/score/predictions.csv",
    "local.settings.json",
    ".env",
    ".azure/my-batch/.env",
]
MADE_BY_TOOLS = [
    "shared/__pycache__/a.pyc",
    ".mypy_cache/x",
    ".pytest_cache/x",
    ".ruff_cache/x",
    ".hypothesis/x",
    ".coverage",
    ".vscode/settings.json",
    ".idea/workspace.xml",
    "batch_endpoints.egg-info/PKG-INFO",
    ".DS_Store",
]
ALL = [*MADE_BY_RUN, *MADE_BY_WHO_READS_THE_DOCS, *MADE_BY_TOOLS]
NO_FILES = {"FILE", "json", "jsonc", "table", "tsv", "yaml", "yamlc", "none"}
"""Placeholders, and what `-o` of `bep` takes: output formats."""
DEPLOYED = [
    "function_app.py",
    "host.json",
    "requirements.txt",
    "requirements-scorers.txt",
    "constraints.txt",
    "shared",
    "triggers",
]


def is_left_out(path: str) -> bool:
    """By .funcignore, whose patterns are those of .gitignore without / and !."""
    patterns = [
        line
        for line in (ROOT / ".funcignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert not [pattern for pattern in patterns if set("/!") & set(pattern)], "read otherwise here"
    return any(fnmatch(part, pattern) for part in path.split("/") for pattern in patterns)


@pytest.mark.parametrize("path", ALL)
def test_git_does_not_take_it(path: str) -> None:
    done = subprocess.run(["git", "check-ignore", "--no-index", "-q", path], cwd=ROOT, check=False)

    assert 0 == done.returncode


@pytest.mark.parametrize("path", ALL)
def test_azure_does_not_get_it(path: str) -> None:
    assert is_left_out(path)


@pytest.mark.parametrize("path", DEPLOYED)
def test_azure_gets_the_app(path: str) -> None:
    assert (ROOT / path).exists()
    assert not is_left_out(path)


def test_nothing_that_is_committed_is_ignored() -> None:
    listed = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)

    assert "" == done.stdout


def files_that_docs_tell_to_make() -> Iterator[str]:
    """What their shell blocks write: `> FILE`, `| tee`, `-o`, `--ready`, `-m venv FOLDER`."""
    making = re.compile(r"(?:\| tee|[^-]>| -o|--ready|-m venv|tour\.py) +([A-Za-z.][\w./-]*)")
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"```(?:bash|sh)\n(.*?)```", page.read_text(), re.DOTALL):
            yield from making.findall(block)


def test_what_the_docs_tell_to_make_is_ignored_by_both() -> None:
    made = sorted({path for path in files_that_docs_tell_to_make() if path not in NO_FILES})

    assert {".venv-tour", "downloads"} <= set(made)
    for path in made:
        test_git_does_not_take_it(path)
        test_azure_does_not_get_it(path)
