"""Keeps a process in its own folders, by Linux's Landlock.

1. Files can be changed under the folders given and in public places, and nowhere else: not the
   model that other processes load, not the environment's packages, not the service's own files.
2. What is hidden cannot be read: neither files nor the names of files.
3. Processes outside the fence cannot be looked into (their environment variables, their memory)
   and, where the kernel knows how, get no signals.
4. What the process starts is inside the same fence, and nothing takes it down.

Landlock only ever allows, and what it allows of a folder it allows of all that is in there. So
around something hidden everything beside it is allowed, one by one, on each step from the root to
it. The folders on that way cannot be listed, and what is made in them later is hidden as well.

The numbers are those of the kernel's `linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import glob
import os
import stat
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where every program may write.
PUBLIC = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  # the places, not files in them
_DEVICES = (
    "/dev/full",
    "/dev/null",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/random",
    "/dev/tty",
    "/dev/urandom",
    "/dev/zero",
    "/dev/dri/*",
    "/dev/kfd",
    "/dev/nvidia*",
)

# Where platforms keep secrets for programs: hidden wherever they are.
SECRETS = ("/run/secrets", "/home/data/Functions/secrets", "/azure-functions-host/Secrets")

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

# With one of these, root may look into every process all the same.
_CAP_SYS_PTRACE, _CAP_SYS_ADMIN, _CAP_PERFMON = 19, 21, 38
_CAP_VERSION_3 = 0x20080522

_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_FOLDER = 1 << 3
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_REFER = 1 << 13  # rename and link from one folder to another
_TRUNCATE = 1 << 14
_SCOPE_SIGNAL = 1 << 1

# Before this version no file could be moved from one folder to another.
_FIRST_USABLE = 2
_FIRST_WITH_TRUNCATE = 3
FIRST_WITH_SCOPES = 6


def version() -> int:
    """Of the kernel's fences; 0 where there are none."""
    if not sys.platform.startswith("linux"):
        return 0
    with suppress(OSError):
        return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    return 0


def is_available() -> bool:
    """Whether this kernel puts up fences."""
    return version() >= _FIRST_USABLE


def is_public(path: str) -> bool:
    """Whether every process may write there, fence or no fence."""
    real = os.path.realpath(path)
    return any(_is_inside(real, os.path.realpath(place)) for place in PUBLIC)


def guards(path: str) -> bool:
    """Whether no fenced process can write there, if it is not given the folder."""
    return is_available() and not is_public(path)


def put_up(
    writable: Sequence[str],
    readable: Sequence[str] = (),
    hidden: Sequence[str] = (),
    *,
    public: Sequence[str] = PUBLIC,
) -> None:
    """Around this thread and the threads and processes it will start; nothing without Landlock.

    Writable and readable folders may lie inside hidden ones, and stay open then.
    Raises OSError when the kernel has it, and refuses.
    """
    known = version()
    if known < _FIRST_USABLE:
        return
    writes = _WRITE_FILE | _REMOVE_AND_MAKE | _REFER
    if known >= _FIRST_WITH_TRUNCATE:
        writes |= _TRUNCATE
    walls = _walls(hidden)
    reads = _READ_FILE | _READ_FOLDER if walls else 0
    ruleset = _ruleset(writes | reads, known)
    try:
        for path in (*writable, *public, *_devices(), "/proc/self"):
            _open(ruleset, os.path.realpath(path), writes | reads, walls)
        if walls:
            for path in (*readable, "/"):
                _open(ruleset, os.path.realpath(path), reads, walls)
        _no_new_privileges()
        _drop_capabilities()
        _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _walls(hidden: Sequence[str]) -> frozenset[str]:
    """What is hidden, whether it is there already or not."""
    secrets = [place for place in SECRETS if os.path.exists(place)]  # noqa: PTH110  # texts
    return frozenset(os.path.realpath(place) for place in (*hidden, *secrets))


def _open(ruleset: int, path: str, rights: int, walls: frozenset[str]) -> None:
    """Allow a folder or file with all that is in there, except for what is hidden."""
    if not any(_is_inside(wall, path) for wall in walls):
        _allow(ruleset, path, rights)
    elif path not in walls:
        for inside in _inside(path):
            _open(ruleset, inside, rights, walls)


def _inside(folder: str) -> list[str]:
    """Without links: what they lead to is allowed, or hidden, where it lies."""
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if not entry.is_symlink()]
    except OSError:
        return []  # not ours to look into


def _ruleset(rights: int, known: int) -> int:
    fields = [rights]
    if known >= FIRST_WITH_SCOPES:
        fields += [0, _SCOPE_SIGNAL]
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    return _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))


def _devices() -> Iterator[str]:
    for pattern in _DEVICES:
        yield from glob.glob(pattern)  # noqa: PTH207  # texts


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there, or not ours to open: not ours to write
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _WRITE_FILE | _TRUNCATE | _READ_FILE
        rule = struct.pack("=Qi", rights, place)
        _call(
            _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)
        )
    finally:
        os.close(place)


def _no_new_privileges() -> None:
    """The kernel wants it of who is not root: else a set-uid program would be fenced in."""
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    if ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, one, none, none, none):
        raise OSError("The kernel refuses PR_SET_NO_NEW_PRIVS.")


def _drop_capabilities() -> None:
    """Of the kernel's three sets, each of two words; who has none of them loses nothing."""
    header = struct.pack("=Ii", _CAP_VERSION_3, 0)
    sets = ctypes.create_string_buffer(struct.calcsize("=6I"))
    library = ctypes.CDLL(None)
    if library.capget(header, sets):
        return
    words = list(struct.unpack("=6I", sets.raw))
    for capability in (_CAP_SYS_PTRACE, _CAP_SYS_ADMIN, _CAP_PERFMON):
        word, bit = divmod(capability, 32)
        for index in range(word * 3, word * 3 + 3):
            words[index] &= ~(1 << bit)
    library.capset(header, struct.pack("=6I", *words))


def _call(number: int, *arguments: object) -> int:
    kernel = ctypes.CDLL(None, use_errno=True)
    result = int(kernel.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
