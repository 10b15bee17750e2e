"""The service's tests against two hosts of one task hub that do what real hosts may do.

`./run test --two-hosts` sets TWO_HOSTS: requests go to the hosts by turns, activities run twice,
some after their job, and workers die.
"""

import os

import pytest

IS_ON = os.environ.get("TWO_HOSTS", "") not in {"", "0"}
INSTANCES = 2 if IS_ON else 1
HAZARDS = "twins=0.2,worker-death=0.03,delays=0.1"
OPTIONS = ("--hazards", HAZARDS, "--worker-deaths", "0") if IS_ON else ()


def is_about_one_host(why: str) -> pytest.MarkDecorator:
    """For a test whose claim several hosts need not keep."""
    return pytest.mark.skipif(IS_ON, reason=f"It is about one host: {why}.")
