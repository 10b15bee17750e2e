"""The Studio's files; their version tells an open page that it was made of others."""

from pathlib import Path

from shared.api.static_files import StaticFiles

FILES = StaticFiles(Path(__file__).parent.parent.parent / "studio")
