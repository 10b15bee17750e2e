"""The app over an empty store in memory."""

from pathlib import Path

import pytest

from tests.support.services_in_memory import App, services_in_memory


@pytest.fixture
def app(tmp_path: Path) -> App:
    return services_in_memory(tmp_path)
