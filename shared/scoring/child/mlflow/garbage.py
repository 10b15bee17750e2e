"""While a model is loaded, Python looks for garbage seldom: what is made then stays.

Thousands of modules are imported, and each round goes over all that they have made so far. It is
not turned off: what a model throws away as it is loaded is found.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Objects made since the last round; Python's own is 700, or 2,000. A whole scikit-learn is 300,000.
SELDOM = 50_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Whoever sets another threshold meanwhile, or turns it off, keeps that."""
    before = gc.get_threshold()
    seldom = (SELDOM, *before[1:])
    if before[0]:  # 0 turns it off
        gc.set_threshold(*seldom)
    try:
        yield
    finally:
        if gc.get_threshold() == seldom:
            gc.set_threshold(*before)
