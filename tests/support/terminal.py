"""Programs that hear Ctrl-C."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

_HEARING: Final = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def at_a_terminal(command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[str]:
    """`command`, a whole path first, with SIGINT as at a terminal. A shell in whose background the tests run
    ignores it, for all that comes of it."""
    return subprocess.Popen(
        [sys.executable, "-c", _HEARING, *command],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
