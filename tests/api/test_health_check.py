"""One answer for all who ask within a few seconds, and never a long wait."""

import threading
import time
from collections.abc import Callable

from shared.api.health_check import HealthCheck


def counting(answer: str = "") -> tuple[list[int], Callable[[], str]]:
    asked = list[int]()

    def probe() -> str:
        asked.append(1)
        return answer

    return asked, probe


def test_what_is_well_is_ok_and_what_is_wrong_is_told() -> None:
    told = HealthCheck().read({"one": lambda: "", "two": lambda: "is full"})

    assert {"one": "ok", "two": "is full"} == told


def test_an_error_is_answered_without_its_text() -> None:
    def probe() -> str:
        raise OSError("AccountKey=c2VjcmV0")

    (told,) = HealthCheck().read({"storage": probe}).values()

    assert "failed: the app's log has the reason" == told


def test_who_asks_again_soon_gets_the_same_answer_and_nothing_is_asked() -> None:
    asked, probe = counting()
    check = HealthCheck()

    for _ in range(100):
        check.read({"storage": probe})

    assert 1 == len(asked)


def test_later_it_is_asked_again() -> None:
    asked, probe = counting()
    check = HealthCheck(remembered_s=0)

    for _ in range(3):
        check.read({"storage": probe})

    assert 3 == len(asked)


def test_many_who_ask_at_once_are_one() -> None:
    asked, probe = counting()
    check, begin = HealthCheck(), threading.Barrier(20)

    def ask() -> None:
        begin.wait()
        check.read({"storage": probe})

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(asked)


def test_what_hangs_is_told_in_time_and_not_asked_a_second_time_meanwhile() -> None:
    go = threading.Event()
    asked = list[int]()

    def hang() -> str:
        asked.append(1)
        go.wait(60)
        return ""

    check = HealthCheck(limit_s=0.1, remembered_s=0)
    began = time.monotonic()
    told = [dict(check.read({"storage": hang, "scratch": lambda: ""})) for _ in range(5)]
    waited_s = time.monotonic() - began
    go.set()

    assert {"storage": "did not answer within 0.1 s", "scratch": "ok"} == told[-1]
    assert 1 == len(asked)
    assert waited_s < 30
