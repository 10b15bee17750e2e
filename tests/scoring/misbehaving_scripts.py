"""Scoring scripts, named for what they do; each runs in a real scorer process.

Where a script has no run() of its own it gets one that returns a row per file.
"""

from pathlib import Path

from shared.scoring.scorer_spec import LocalFile, ScorerSpec

_ROWS = """
def run(mini_batch):
    return [os.path.basename(path) for path in mini_batch]
"""

_LEAKS_IN_A_CHILD = '''
def run(mini_batch):
    subprocess.run([sys.executable, '-c', """
import time
hoard = []
while True:
    hoard.append(bytearray(b'x' * (4 << 20)))
    time.sleep(0.005)
"""]{more})
'''

SCRIPTS = {
    "behaves": "",
    "has_no_init": "def run(mini_batch):\n    return [len(mini_batch)] * len(mini_batch)\n",
    "has_no_run": "def init():\n    pass\n",
    "has_a_run_that_is_no_function": "run = ['a']\n",
    "does_not_parse": "import os\n\ndef run(mini_batch:\n    return []\n",
    "imports_what_is_not_there": "import no_such_library\n",
    "raises_in_init": "def init():\n    raise LookupError('no model here')\n",
    "exits_in_init": "def init():\n    sys.exit('the model is missing')\n",
    "exits_on_import": "sys.exit(3)\n",
    "killed_in_init": "def init():\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "sleeps_in_init": "def init():\n    time.sleep(60)\n",
    "forks_in_init": "def init():\n    os.fork()\n",
    "exits_in_run": "def run(mini_batch):\n    sys.exit(42)\n",
    "exits_with_words_in_run": "def run(mini_batch):\n    sys.exit('enough')\n",
    "exits_at_once_in_run": "def run(mini_batch):\n    os._exit(9)\n",
    "exits_but_its_threads_do_not": """
def run(mini_batch):
    threading.Thread(target=time.sleep, args=(60,)).start()
    sys.exit(4)
""",
    "killed_in_run": "def run(mini_batch):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "interrupts_itself": "def run(mini_batch):\n    raise KeyboardInterrupt\n",
    "raises_in_run": "def run(mini_batch):\n    raise ValueError('cannot score this')\n",
    "raises_1mb_message": """
def run(mini_batch):
    raise ValueError('the first line\\n' + 'x' * (1 << 20))
""",
    "raises_what_cannot_be_shown": """
class Mute(Exception):
    def __str__(self):
        raise RuntimeError

def run(mini_batch):
    raise Mute
""",
    "raises_after_closing_everything": """
def run(mini_batch):
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    for descriptor in (1, 2):
        try:
            os.close(descriptor)
        except OSError:
            pass
    raise ValueError('said without a voice')
""",
    "raises_on_one_file": """
def run(mini_batch):
    for path in mini_batch:
        if os.path.basename(path) == 'bad':
            raise ValueError('bad is bad')
    return mini_batch
""",
    "sleeps_forever": "def run(mini_batch):\n    time.sleep(600)\n",
    "ignores_sigterm": """
def run(mini_batch):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
""",
    "answers_sigterm_with_an_exception": """
def init():
    def refuse(*_):
        raise RuntimeError('not me')
    signal.signal(signal.SIGTERM, refuse)

def run(mini_batch):
    while True:
        try:
            time.sleep(600)
        except RuntimeError:
            pass
""",
    "installs_signal_handlers": """
def init():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGALRM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
"""
    + _ROWS,
    "prints_100_mb": """
def run(mini_batch):
    line = 'x' * 1023
    for _ in range(100 << 10):
        print(line)
    print('the end')
    return mini_batch
""",
    "writes_binary_to_stdout": """
def run(mini_batch):
    sys.stdout.buffer.write(bytes(range(256)) * 100)
    os.write(1, b'\\xff\\n{"type": "Done"}\\n')
    return mini_batch
""",
    "closes_its_stdout": """
def run(mini_batch):
    sys.stdout.close()
    os.closerange(0, 3)
    return [open(os.devnull).fileno()] * len(mini_batch)
""",
    "forks": """
def run(mini_batch):
    os.fork()
    return ['row'] * len(mini_batch)
""",
    "forks_and_counts_on_the_exit_code": """
def run(mini_batch):
    if not os.fork():
        sys.exit(3)
    return [os.waitstatus_to_exitcode(os.wait()[1])] * len(mini_batch)
""",
    "leaves_a_fork_asleep": """
def run(mini_batch):
    forked = os.fork()
    if not forked:
        time.sleep(600)
    return [forked] * len(mini_batch)
""",
    "leaves_daemons": """
def run(mini_batch):
    left = [
        subprocess.Popen(['sleep', '600'], start_new_session=True).pid,
        subprocess.Popen(['sleep', '600'], preexec_fn=os.setpgrp).pid,
        subprocess.Popen(['sleep', '600'], start_new_session=True, env={}).pid,
    ]
    ours, theirs = os.pipe()
    if not os.fork():
        os.setsid()
        if not os.fork():
            os.write(theirs, str(os.getpid()).encode())
            time.sleep(600)
        os._exit(0)
    left.append(int(os.read(ours, 20)))
    with open(os.environ['TOLD'], 'w') as told:
        told.write(' '.join(map(str, left)))
    if 'hang' in mini_batch[0]:
        time.sleep(600)
    return mini_batch
""",
    "uses_worker_processes": """
from concurrent.futures import ProcessPoolExecutor
import multiprocessing

def double(number):
    return 2 * number

def run(mini_batch):
    method = multiprocessing.get_context(os.environ['START'])
    with ProcessPoolExecutor(1, mp_context=method) as pool:
        return list(pool.map(double, range(len(mini_batch))))
""",
    "spawns_threads_that_never_end": """
def run(mini_batch):
    for _ in range(3):
        threading.Thread(target=time.sleep, args=(600,)).start()
    return ['row'] * len(mini_batch)
""",
    "leaks_memory_in_run": """
def run(mini_batch):
    hoard = []
    while True:
        hoard.append(bytearray(b'x' * (4 << 20)))
        time.sleep(0.005)
""",
    "leaks_memory_in_a_child": _LEAKS_IN_A_CHILD.format(more=""),
    "leaks_memory_in_another_session": _LEAKS_IN_A_CHILD.format(more=", start_new_session=True"),
    "leaks_memory_in_init": """
def init():
    hoard = []
    while True:
        hoard.append(bytearray(b'x' * (4 << 20)))
        time.sleep(0.005)
""",
    "leaks_memory_between_runs": """
hoard = []

def run(mini_batch):
    hoard.append(bytearray(b'x' * (4 << 20)))
    return [len(hoard)] * len(mini_batch)
""",
    "shares_its_memory_with_forks": """
def init():
    global model
    model = bytearray(b'x' * (60 << 20))
    for _ in range(4):
        if not os.fork():
            time.sleep(600)

def run(mini_batch):
    time.sleep(0.8)
    return ['row'] * len(mini_batch)
""",
    "changes_cwd": """
def run(mini_batch):
    here = os.getcwd()
    os.chdir('/')
    return [here == os.path.dirname(os.path.abspath(__file__))] * len(mini_batch)
""",
    "writes_beside_itself": """
def run(mini_batch):
    with open('scribble.txt', 'a') as scribble:
        scribble.write('x')
    with open(os.path.expanduser('~/scribble'), 'a') as scribble:
        scribble.write('x')
    return [os.path.getsize('scribble.txt')] * len(mini_batch)
""",
    "spoils_its_inputs": """
def run(mini_batch):
    os.remove(mini_batch[0])
    with open(mini_batch[1], 'r+') as taken:
        taken.write('S')
    raise ValueError('and now for the retry')
""",
    "returns_what_it_is_told": """
def init():
    global np, pd
    import numpy as np, pandas as pd

def run(mini_batch):
    with open(mini_batch[0]) as told:
        return eval(told.read())
""",
}


def code_of(name: str) -> str:
    source = SCRIPTS[name]
    if name == "does_not_parse":
        return source
    if "run" not in source and name != "has_no_run":
        source += _ROWS
    return f"import os, signal, subprocess, sys, threading, time\n{source}"


def script_spec(folder: Path, python: str, source: str, **changes: object) -> ScorerSpec:
    """A deployment of this source; `model` beside it is the registered model."""
    code, model = folder / "code", folder / "models" / "wines"
    model.mkdir(parents=True, exist_ok=True)
    code.mkdir(exist_ok=True)
    (code / "score.py").write_text(source)
    fields = {
        "fingerprint": "f" * 8,
        "kind": "script",
        "python": python,
        "model_dir": model,
        "code_dir": code,
        "script": "score.py",
        **changes,
    }
    return ScorerSpec(**fields)  # type: ignore[arg-type]  # a test names only what it changes


def input_files(folder: Path, *names: str) -> list[LocalFile]:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(f"content of {name}")
    return [LocalFile(folder / name, name) for name in names]
