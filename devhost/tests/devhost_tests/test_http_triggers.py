"""HTTP functions, over the wire: what arrives, and what goes back."""

import socket
from typing import Any

import pytest

from devhost_tests.raw import raw
from devhost_tests.served import Served

MEGABYTE = 1024 * 1024


def status_of(host: Served, target: str, **headers: str) -> int:
    """The status of a GET whose target is sent as it is."""
    lines = [f"GET {target} HTTP/1.1", f"Host: localhost:{host.port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    answer = raw(host, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    return int(answer.split(b" ")[1])


def echoed(host: Served, path: str, **more: Any) -> dict[str, Any]:
    reply = host.request(more.pop("method", "GET"), path, **more)
    assert 200 == reply.status_code
    answer: dict[str, Any] = reply.json()
    return answer


def test_a_request_arrives_with_all_its_parts(host: Served) -> None:
    seen = echoed(
        host,
        "/Echo/Some/%C3%A9?q=a+b&q=c&empty=&Other=1",
        method="POST",
        data="héllo".encode(),
        headers={"X-Custom-Name": "Value"},
    )

    assert "POST" == seen["method"]
    assert f"{host.url}/Echo/Some/%C3%A9?q=a+b&q=c&empty=&Other=1" == seen["url"]
    assert {"q": "a b,c", "Other": "1"} == seen["query"]
    assert {"rest": "Some/é"} == seen["route"]
    assert "héllo" == seen["body"]
    assert "Value" == seen["headers"]["x-custom-name"]
    assert seen["headers"] == {name.lower(): value for name, value in seen["headers"].items()}


def test_a_repeated_header_arrives_joined(host: Served) -> None:
    answer = raw(
        host,
        b"GET /echo HTTP/1.1\r\nHost: localhost:%d\r\nX-A: 1\r\nX-A: 2\r\nConnection: close\r\n\r\n"
        % host.port,
    )

    assert b'"x-a": "1,2"' in answer


def test_get_bodies_are_delivered(host: Served) -> None:
    assert "body" == echoed(host, "/echo", data=b"body")["body"]


def test_a_chunked_body_arrives_empty(host: Served) -> None:
    """The real host loses bodies that do not say their length."""
    assert "" == echoed(host, "/echo", method="POST", data=iter([b"some", b"chunks"]))["body"]


def test_a_body_of_100_mib_arrives(host: Served) -> None:
    reply = host.post("/size", data=b"x" * (100 * MEGABYTE))

    assert 100 * MEGABYTE == reply.json()


def test_a_larger_body_breaks_the_connection(host: Served) -> None:
    length = 100 * MEGABYTE + 1
    head = f"POST /size HTTP/1.1\r\nHost: localhost:{host.port}\r\nContent-Length: {length}\r\n\r\n"

    assert b"" == raw(host, head.encode())


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/numbers/5", {"id": "5"}),
        ("/NUMBERS/007", {"id": "007"}),
        ("/defaults", {"id": "42"}),
        ("/defaults/x", {"id": "x"}),
        ("/optional", {}),
        ("/optional/X", {"name": "X"}),
        ("/mixed/a.b.c", {"name": "a.b", "ext": "c"}),
    ],
)
def test_route_values_are_texts(host: Served, path: str, route: dict[str, str]) -> None:
    assert route == echoed(host, path)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/numbers/x", 404),
        ("/nowhere", 404),
        ("//echo", 404),
        ("/numbers//5", 404),
        ("/numbers/5/", 200),
        ("/echo//a", 200),
        ("/nothing/../numbers/5", 200),
        ("/a%00b", 400),
        ("/echo?" + "x" * 9000, 414),
    ],
)
def test_a_target_is_answered_with(host: Served, target: str, status: int) -> None:
    assert status == status_of(host, target)


def test_a_header_block_over_32_kb_is_431(host: Served) -> None:
    headers = {f"X-{number}": "v" * 1000 for number in range(40)}

    assert 431 == status_of(host, "/echo", **headers)


def test_a_header_in_latin_1_is_400(host: Served) -> None:
    assert 400 == status_of(host, "/echo", **{"X-Name": "é"})


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS"])
def test_a_wrong_method_is_404_without_a_body(host: Served, method: str) -> None:
    reply = host.request(method, "/numbers/5")

    assert (404, b"") == (reply.status_code, reply.content)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
def test_a_function_without_methods_takes_any(host: Served, method: str) -> None:
    assert method == echoed(host, "/echo", method=method)["method"]


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "body"),
    [
        ("text", 200, "text/plain; charset=utf-8", b"some text"),
        ("plain", 200, "text/plain; charset=utf-8", b"plain"),
        ("html", 200, "text/html; charset=utf-8", b"<p>"),
        ("typed", 201, "image/png", b"x"),
        ("empty", 204, "text/plain; charset=utf-8", b""),
    ],
)
def test_a_response_is_sent_as_it_was_made(
    host: Served, kind: str, status: int, content_type: str, body: bytes
) -> None:
    reply = host.get(f"/replies/{kind}")

    assert (status, body) == (reply.status_code, reply.content)
    assert content_type == reply.headers["Content-Type"]
    assert "Kestrel" == reply.headers["Server"]
    assert "Date" in reply.headers
    assert bool(body) == ("chunked" == reply.headers.get("Transfer-Encoding"))


def test_a_content_length_that_is_right_does_no_harm(host: Served) -> None:
    reply = host.get("/replies/measured")

    assert (200, b"xyz", "3") == (reply.status_code, reply.content, reply.headers["Content-Length"])
    assert "Transfer-Encoding" not in reply.headers


def test_cookies_are_sent(host: Served) -> None:
    assert "1" == host.get("/replies/cookies").cookies["a"]


@pytest.mark.parametrize(
    "kind", ["none", "dict", "number", "bytes", "exception", "exit", "framing", "accent"]
)
def test_what_cannot_be_sent_is_500_and_empty(host: Served, kind: str) -> None:
    reply = host.get(f"/replies/{kind}")

    assert (500, b"") == (reply.status_code, reply.content)
    assert "0" == reply.headers["Content-Length"]
    assert "Content-Type" not in reply.headers


def test_the_root_says_hello(host: Served) -> None:
    reply = host.get("/")

    assert 200 == reply.status_code
    assert reply.headers["Content-Type"].startswith("text/html")


def test_overlapping_routes_go_to_the_first_name_and_are_warned_of(host: Served) -> None:
    assert "a_wins" == host.get("/clash/literal").text
    assert "'a_wins' [ANY] /clash/{value} and 'b_loses'" in host.text


def test_a_function_sees_its_invocation(host: Served) -> None:
    seen = host.get("/context").json()

    assert "invocation_context" == seen["name"]
    assert seen["id"] == seen["thread"]
    assert seen["folder"].endswith("devhost_tests/app")


def test_the_environment_and_the_folder_are_the_apps(host: Served) -> None:
    seen = host.get("/settings").json()

    assert "from local.settings.json" == seen["value"]
    assert seen["folder"].endswith("devhost_tests/app")


def test_clients_that_hang_up_do_no_harm(host: Served) -> None:
    begun = f"POST /size HTTP/1.1\r\nHost: localhost:{host.port}\r\nContent-Length: 50\r\n\r\nhalf"
    for sent in (begun.encode(), b"GET /ec"):
        with socket.create_connection(("127.0.0.1", host.port)) as connection:
            connection.sendall(sent)

    assert 5 == host.post("/size", data=b"after").json()
    assert "Traceback" not in host.text.partition("hung up")[2].partition("Executed")[0]


def test_a_finished_invocation_is_one_line_on_the_console(host: Served) -> None:
    host.get("/replies/plain")

    host.printed(r"Executed 'Functions\.replies' \(Succeeded, Id=[0-9a-f-]{36}, Duration=\d+ms\)")


def test_an_exception_is_on_the_console_with_its_stack(host: Served) -> None:
    host.get("/replies/exception")

    host.printed(r"(?s)Executed 'Functions\.replies' \(Failed.*an exception that nobody catches")


def test_log_levels_of_host_json_hold_for_a_functions_own_records(host: Served) -> None:
    host.get("/quiet")

    host.printed("an error that it does not")
    assert "a warning that host.json silences" not in host.text
    assert "Functions.quiet'" not in host.text


@pytest.mark.parametrize("path", ["/admin/host/status", "/ADMIN/Host/Status"])
def test_the_host_says_that_it_runs(host: Served, path: str) -> None:
    assert "Running" == host.get(path).json()["state"]


def test_the_admin_endpoints_know_the_functions(host: Served) -> None:
    names = {one["name"] for one in host.get("/admin/functions").json()}
    one = host.get("/admin/functions/NUMBER").json()

    assert {"number", "echo", "chain", "double"} <= names
    assert "number" == one["name"]
    assert one["invoke_url_template"].endswith("/numbers/{id:int}")
    assert "httpTrigger" in [binding["type"] for binding in one["config"]["bindings"]]
    assert 200 == host.get("/admin/host/ping").status_code


@pytest.mark.parametrize("path", ["/admin", "/admin/x", "/admin/functions/none", "/admin/host/x"])
def test_an_unknown_admin_path_is_404(host: Served, path: str) -> None:
    assert 404 == host.get(path).status_code
