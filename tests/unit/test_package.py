"""The package's own face."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import opencobrowse
import opencobrowse.client


def test_the_client_is_at_hand() -> None:
    assert opencobrowse.Client is opencobrowse.client.Client
    with pytest.raises(AttributeError, match="Nothing"):
        _ = opencobrowse.Nothing


def test_python_m_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "opencobrowse", "--version"], check=True, capture_output=True
    )
    assert opencobrowse.__version__ in done.stdout.decode()


def test_one_version() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'version = "{opencobrowse.__version__}"' in project
