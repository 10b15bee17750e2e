"""`studio`: the page in a browser, signed in."""

import subprocess
import sys
import webbrowser
from urllib.parse import quote

from cli.connection.service_address import PROJECT, find_address
from cli.console import Console
from cli.context import Context
from cli.errors import CommandError


def studio(context: Context, job_name: str = "", role: str = "contributor") -> None:
    """A service of this machine makes a link that signs in, once; another one asks the browser."""
    address = find_address(context.folder, context.option("url"))
    page = f"jobs/{quote(job_name)}" if job_name else ""
    if address.state is None:
        link = f"{address.url}/studio/{page}"
    else:
        options = ["--state", str(address.state), "--role", role, "--page", page]
        link = _link([*options, "--url", address.url])
    sys.stdout.write(f"{link}\n")
    if Console().is_terminal:
        webbrowser.open(link)


def _link(options: list[str]) -> str:
    command = [sys.executable, "-m", "local.studio_link", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)  # noqa: S603
    if done.returncode:
        raise CommandError(
            f"No sign-in link could be made: {done.stderr.strip()[-300:]}",
            fix="Start the service anew: ./run serve.",
        )
    return done.stdout.strip()
