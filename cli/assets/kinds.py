"""The kinds of assets, by the collections that REST has them in."""

from typing import Final

MODELS: Final = "models"
DATA: Final = "data"
CODES: Final = "codes"
ENVIRONMENTS: Final = "environments"

URI_FIELDS = {MODELS: "modelUri", DATA: "dataUri", CODES: "codeUri"}
"""Which property says where the files are."""
NOUNS = {MODELS: "model", DATA: "data asset", CODES: "code", ENVIRONMENTS: "environment"}
