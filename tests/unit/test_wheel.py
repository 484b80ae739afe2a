"""What is published: the wheel serves without Node, and the client works without the server's packages."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_the_wheel_ships_the_built_web_assets(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert "opencobrowse/assets/sdk/v1.js" in names
    assert "opencobrowse/assets/console/index.html" in names
    assert any(name.startswith("opencobrowse/demo/shop/") for name in names)
    assert not any("node_modules" in name for name in names)


def test_the_client_needs_nothing_of_the_server() -> None:
    """House: client and CLI import nothing of the server."""
    program = (
        "import sys\n"
        "blocked = ('litestar', 'uvicorn', 'picows', 'aiofastnet', 'uvloop', 'argon2', 'jwt')\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in blocked: raise ImportError(name)\n"
        "sys.meta_path.insert(0, Block())\n"
        "import opencobrowse.client, opencobrowse.cli.main\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
