"""What commands answer: plain JSON values."""

from typing import Any

type JSON = Any
