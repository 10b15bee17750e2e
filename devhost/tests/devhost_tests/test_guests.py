"""A second host on one task hub: work is shared, and who is killed costs what it ran."""

import json
import signal
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devhost_tests.served import Served, serve
from devhost_tests.waiting import until

APP = """
    import json, os, time
    import azure.durable_functions as df
    import azure.functions as func

    app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @app.route(route="start/{name}/{id}", methods=["POST"])
    @app.durable_client_input(client_name="client")
    async def start(req: func.HttpRequest, client):
        values = req.route_params
        await client.start_new(values["name"], values["id"], req.get_json())
        return client.create_check_status_response(req, values["id"])

    @app.orchestration_trigger(context_name="ctx")
    def fan_out(ctx):
        items = range(ctx.get_input()["items"])
        seconds = ctx.get_input()["seconds"]
        done = yield ctx.task_all([ctx.call_activity("work", [i, seconds]) for i in items])
        return done

    @app.activity_trigger(input_name="given")
    def work(given: list) -> str:
        number, seconds = given
        with open(os.environ["RECORD"], "a") as record:
            record.write(json.dumps([os.environ["WHO"], number]) + "\\n")
        time.sleep(seconds)
        return os.environ["WHO"]
"""


class App:
    """The app's folder, and what its activities wrote down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.record = folder / "record"
        limit = {"maxConcurrentActivityFunctions": 4}
        host_json = {"version": "2.0", "extensions": {"durableTask": limit}}
        (folder / "host.json").write_text(json.dumps(host_json))
        (folder / "function_app.py").write_text(textwrap.dedent(APP))

    @contextmanager
    def host(self, who: str, *options: str) -> Iterator[Served]:
        environment = {"RECORD": str(self.record), "WHO": who}
        with serve(self.folder, self.state, *options, env=environment) as served:
            yield served

    @contextmanager
    def guest(self, who: str, *options: str) -> Iterator[Served]:
        environment = {"RECORD": str(self.record), "WHO": who}
        joined = ("--join", str(self.state), *options)
        with serve(self.folder, None, *joined, env=environment) as served:
            served.printed("Joined the host of")
            yield served

    def runs(self) -> list[tuple[str, int]]:
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [(who, number) for who, number in map(json.loads, lines)]


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(tmp_path)


def start(host: Served, items: int, seconds: float, instance: str = "one") -> None:
    body = {"items": items, "seconds": seconds}
    answer = host.post(f"/api/start/fan_out/{instance}", json=body)
    assert 202 == answer.status_code, answer.text


def ended(host: Served, instance: str = "one") -> list[str]:
    path = f"/runtime/webhooks/durabletask/instances/{instance}"

    def look() -> list[str] | None:
        answer = host.get(path)
        is_done = answer.status_code == 200 and answer.json()["runtimeStatus"] == "Completed"
        return list(answer.json()["output"]) if is_done else None

    return until(look, "the end of the orchestration")


def test_a_guest_takes_its_fair_share_of_an_orchestration(app: App) -> None:
    with app.host("host") as host, app.guest("guest") as guest, app.guest("third"):
        start(guest, items=60, seconds=0.05)

        shares = Counter(ended(host))

        assert 60 == len(app.runs()) == shares.total()
        assert min(shares[who] for who in ("host", "guest", "third")) >= 15, shares


def test_a_guest_is_asked_as_the_host_is(app: App) -> None:
    """Its Durable API, its links, its admin endpoints; a page of elsewhere is refused."""
    with app.host("host") as host, app.guest("guest") as guest:
        start(guest, items=3, seconds=0)
        assert 3 == len(ended(guest))

        found = guest.get("/runtime/webhooks/durabletask/instances/none")
        begun = guest.post("/RUNTIME/webhooks/durabletask/orchestrators/fan_out", json={})
        foreign = guest.get("/runtime/webhooks/durabletask/instances", headers={"Host": "x.org"})

        assert (404, b"") == (found.status_code, found.content)
        assert begun.json()["statusQueryGetUri"].startswith(guest.url)
        assert begun.headers["Location"].startswith(guest.url)
        assert 403 == foreign.status_code
        assert "Running" == guest.get("/admin/host/status").json()["state"]
        assert (
            host.get("/admin/functions").json()[0]["name"]
            == (guest.get("/admin/functions").json()[0]["name"])
        )


def test_a_guest_that_is_killed_costs_what_it_ran(app: App) -> None:
    with app.host("host") as host, app.guest("guest") as guest:
        start(host, items=24, seconds=0.4)
        until(lambda: ("guest" in dict(app.runs())) or None, "an activity of the guest")
        guest.process.send_signal(signal.SIGKILL)

        done = ended(host)

        host.printed("has left; the others take over")
        numbers = Counter(number for _, number in app.runs())
        assert set(range(24)) == set(numbers)
        assert 24 == len(done)
        assert numbers.total() - 24 <= 4  # its limit


def test_a_host_that_is_killed_costs_what_it_ran_and_nothing_of_its_guests(app: App) -> None:
    with app.host("host") as host, app.guest("guest") as guest:
        start(host, items=24, seconds=1.0)
        until(lambda: len({who for who, _ in app.runs()}) == 2 or None, "both to run")
        host.process.send_signal(signal.SIGKILL)
        guest.printed("is gone; what runs here goes on")
        assert 503 == guest.get("/runtime/webhooks/durabletask/instances/one").status_code
        assert "Initializing" == guest.get("/admin/host/status").json()["state"]

        with app.host("again"):
            done = ended(guest)

            assert 24 == len(done)
            numbers = Counter(number for _, number in app.runs())
            assert set(range(24)) == set(numbers)
            lost = {number for who, number in app.runs() if who == "host"}
            assert {number for number, count in numbers.items() if count > 1} <= lost
            start(guest, items=1, seconds=0, instance="after")
            assert 1 == len(ended(guest, "after"))


def test_a_guest_that_stops_in_order_ends_what_it_runs(app: App) -> None:
    with app.host("host") as host, app.guest("guest") as guest:
        start(host, items=16, seconds=0.5)
        until(lambda: ("guest" in dict(app.runs())) or None, "an activity of the guest")
        guest.process.send_signal(signal.SIGTERM)

        assert 16 == len(ended(host))
        assert 16 == len(app.runs())
        assert 0 == guest.process.wait(10)


def test_a_guest_of_another_app_says_so_and_waits(app: App, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = App(tmp_path / "other")
    text = (other.folder / "function_app.py").read_text()
    (other.folder / "function_app.py").write_text(text.replace("fan_out", "fan_in"))
    with app.host("host"), serve(other.folder, None, "--join", str(app.state)) as guest:
        guest.printed("cannot join .* serves other functions .* fan_in, fan_out")
        assert "Initializing" == guest.get("/admin/host/status").json()["state"]


def test_a_guest_waits_for_its_host_and_a_folder_that_is_not_there_is_refused(
    app: App, tmp_path: Path
) -> None:
    app.state.mkdir()
    with serve(app.folder, None, "--join", str(app.state)) as guest:
        guest.printed("Waiting for the host of")
        with app.host("host"):
            guest.printed("Joined the host of")

    nowhere = serve(app.folder, None, "--join", str(tmp_path / "none"))
    with pytest.raises(AssertionError, match="There is no state folder"), nowhere:
        pass


def test_hosts_meet_in_a_folder_of_a_long_path_by_https(app: App) -> None:
    app.state = app.folder.joinpath(*["a-rather-long-name"] * 8)
    app.state.mkdir(parents=True)
    with app.host("host", "--tls"), app.guest("guest", "--tls") as guest:
        trust = str(app.state / "tls" / "ca.pem")
        url = f"{guest.url.replace('http:', 'https:')}/runtime/webhooks/durabletask"
        begun = guest.request_to("POST", f"{url}/orchestrators/fan_out", verify=trust, json={})

        assert 202 == begun.status_code, begun.text
        assert begun.json()["statusQueryGetUri"].startswith(url)
