"""A certificate that nobody but the tests trusts."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pair:
    cert: Path
    key: Path

    def trust(self) -> ssl.SSLContext:
        """A client's context that trusts exactly this certificate."""
        return ssl.create_default_context(cafile=str(self.cert))


def self_signed(folder: Path) -> Pair:
    """A key and its certificate for localhost, valid for two days."""
    pair = Pair(folder / "cert.pem", folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
               "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
               "-keyout", str(pair.key), "-out", str(pair.cert)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return pair
