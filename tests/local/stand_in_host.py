"""A program that behaves as a Functions host does from the outside, for tests of the stack.

`/environment` answers with its environment, `/arguments` with its command line, and `/exit` ends
it. A broken one never starts, a talkative one prints 64 kB per request, and with a certificate it
serves https.
"""

import json
import os
import ssl
import sys
from argparse import ArgumentParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Host(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answers: dict[str, object] = {
            "/admin/host/status": {"state": "Running"},
            "/admin/functions": [{"name": "one"}],
            "/environment": dict(os.environ),
            "/arguments": sys.argv[1:],
        }
        if self.path == "/exit":
            os._exit(3)
        if "--talkative" in sys.argv:
            print("x" * 64_000, flush=True)  # noqa: T201  # more than a pipe holds
        body = json.dumps(answers.get(self.path)).encode()
        self.send_response(200 if self.path in answers else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--broken", action="store_true")
    parser.add_argument("--talkative", action="store_true")
    parser.add_argument("--cert")
    parser.add_argument("--cert-key")
    options, _ = parser.parse_known_args()
    print("stand-in host speaking")  # noqa: T201  # the stack shows what its parts say
    if options.broken:
        sys.exit("this host never starts")
    server = ThreadingHTTPServer(("127.0.0.1", options.port), _Host)
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.cert_key)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.serve_forever()
