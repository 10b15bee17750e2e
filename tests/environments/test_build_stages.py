"""The stages of a build: each is told when it begins, also to those who wait for another's."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shared.domain.provisioning_stage import Stage
from shared.scoring.environments.environment_spec import (
    EnvironmentFailed,
    EnvironmentSpec,
    Listener,
)
from shared.scoring.environments.install_stages import InstallStages
from shared.scoring.environments.uv import find_uv
from tests.environments.test_builds import builds
from tests.support.environments import Make
from tests.support.waiting import wait_until
from tests.support.wheels import slow_project

# The offline index has no such host: the build fails.
ADDRESS = "https://me:hunter2@host/apple-1.0-py3-none-any.whl"


WAITING_UV = """\
#!/bin/sh
if [ "$1 $2" = "pip install" ]; then
  echo "Prepared 1 package in 2ms" >&2
  while [ ! -e "{go}" ]; do sleep 0.05; done
fi
exec "{uv}" "$@"
"""


@dataclass
class Heard:
    """The stages that a listener was told of, with their details."""

    stages: list[tuple[Stage, str]] = field(default_factory=list[tuple[Stage, str]])

    @property
    def names(self) -> list[Stage]:
        return [stage for stage, _ in self.stages]

    @property
    def listener(self) -> Listener:
        return Listener(enter=lambda stage, detail: self.stages.append((stage, detail)))


def test_a_build_tells_its_stages_in_order_with_what_it_installs(make: Make) -> None:
    heard, environments = Heard(), make()
    spec = EnvironmentSpec("", ("apple==1.0", "pie"))

    environments.ensure(environments.pin(spec, heard.listener), heard.listener)

    assert [
        (Stage.RESOLVING_ENVIRONMENT, "2 packages: apple, pie"),
        (Stage.CREATING_ENVIRONMENT, "Python 3.13"),
        (Stage.DOWNLOADING_PACKAGES, "2 packages: apple, pie"),
    ] == heard.stages[:3]


def test_an_install_tells_how_far_it_is_while_it_is_at_work(make: Make, tmp_path: Path) -> None:
    """A uv that says what it has done, and waits, before the real one does it."""
    heard, go = Heard(), tmp_path / "go"
    waiting = tmp_path / "uv"
    waiting.write_text(WAITING_UV.format(go=go, uv=find_uv(None)))
    waiting.chmod(0o755)
    environments = make(uv=str(waiting))
    spec = EnvironmentSpec("", ("apple==1.0",))
    thread = threading.Thread(target=lambda: environments.ensure(spec, heard.listener))

    thread.start()
    wait_until(lambda: Stage.INSTALLING_PACKAGES in heard.names, "the install is told")
    go.touch()
    thread.join()

    assert heard.names[:3] == [
        Stage.CREATING_ENVIRONMENT,
        Stage.DOWNLOADING_PACKAGES,
        Stage.INSTALLING_PACKAGES,
    ]


def test_each_stage_of_an_install_is_reported_once() -> None:
    """As uv prints it; a package that calls itself so is none of its steps."""
    heard = Heard()
    stages = InstallStages(heard.listener.enter, "2 packages")
    log = ""
    for line in (
        "Resolved 2 packages in 746ms",
        "Downloading Installed (33.7MiB)",
        "Prepared 2 packages in 9.16s",
        "Installed 2 packages in 690ms",
        "Bytecode compiled 3794 files in 1m 21s",
    ):
        log += f"{line}\n"
        stages.hear(log)
        stages.hear(log)

    assert [
        (Stage.DOWNLOADING_PACKAGES, "2 packages"),
        (Stage.INSTALLING_PACKAGES, "2 packages"),
        (Stage.COMPILING_PACKAGES, "2 packages"),
    ] == heard.stages


def test_what_is_built_already_has_no_stage(make: Make) -> None:
    spec, heard = EnvironmentSpec("", ("apple==1.0",)), Heard()
    make().ensure(spec)

    make().ensure(spec, heard.listener)

    assert [] == heard.stages


def test_everybody_who_wants_the_same_hears_that_somebody_builds_it(
    make: Make, tmp_path: Path
) -> None:
    """Three wait for one build; none of them installs anything."""
    project = slow_project(tmp_path / "slow")
    spec = EnvironmentSpec("", (str(project),))
    first, others = Heard(), [Heard() for _ in range(3)]

    def start(heard: Heard) -> threading.Thread:
        thread = threading.Thread(target=lambda: make().ensure(spec, heard.listener))
        thread.start()
        return thread

    threads = [start(first)]
    wait_until(lambda: bool(builds(tmp_path)), "the first one builds")
    threads += [start(heard) for heard in others]
    wait_until(lambda: all(heard.names for heard in others), "all the others wait")
    (project / "go").touch()
    for thread in threads:
        thread.join()

    assert [Stage.CREATING_ENVIRONMENT, Stage.DOWNLOADING_PACKAGES] == first.names[:2]
    assert [[Stage.WAITING_FOR_BUILD]] * 3 == [heard.names for heard in others]


def test_a_stage_names_packages_without_their_addresses(make: Make) -> None:
    heard = Heard()
    spec = EnvironmentSpec("", (f"apple @ {ADDRESS}", "pie"))

    with pytest.raises(EnvironmentFailed):
        make().pin(spec, heard.listener)

    assert [(Stage.RESOLVING_ENVIRONMENT, "2 packages: apple, pie")] == heard.stages
