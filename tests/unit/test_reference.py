"""The pages of docs/reference say what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_reference_pages_are_up_to_date() -> None:
    script = Path(__file__).parents[2] / "scripts" / "reference.py"
    command = [sys.executable, str(script), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
