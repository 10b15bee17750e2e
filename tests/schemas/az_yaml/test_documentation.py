"""docs/yaml.md has every key that is read, and no other; its examples are read."""

import re
from pathlib import Path

import pytest

from shared.schemas.az_yaml.deployment_file import deployment_spec
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.endpoint_file import endpoint_spec
from tests.schemas.az_yaml.listing import TABLES, listing
from tests.schemas.az_yaml.project import Write

PAGE = Path(__file__).parents[3] / "docs" / "yaml.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("title", TABLES)
def test_the_page_has_the_loaders_own_tables(title: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]

    assert listing(TABLES[title]) in section, f"write this there:\n{listing(TABLES[title])}"


@pytest.mark.parametrize("text", EXAMPLES, ids=[text.splitlines()[0] for text in EXAMPLES])
def test_the_pages_examples_are_read(write: Write, text: str) -> None:
    document = load_file(write(text))

    is_endpoint = not {"model", "settings"} & set(document.root.entries)
    spec = (endpoint_spec if is_endpoint else deployment_spec)(document)

    assert spec.name


def test_the_page_shows_every_form() -> None:
    assert 4 == len(EXAMPLES)
