"""A folder that no scoring script may write into."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from pwd import getpwuid

import pytest

from shared.scoring.child import fence


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that belongs to others."""
    for base in (Path(__file__).parent, Path.home(), Path(getpwuid(os.getuid()).pw_dir)):
        if not fence.is_public(str(base)) and os.access(base, os.W_OK):
            folder = Path(tempfile.mkdtemp(prefix=".fence-", dir=base))
            yield folder
            shutil.rmtree(folder)
            return
    pytest.skip("every folder here is a temporary one")
