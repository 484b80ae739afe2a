"""Write `docs/reference/authorization.md` anew: `python -m tests.authorization`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.authorization.page import PATH, page
from tests.authorization.trials import Trials
from tests.authorization.world import laboratory

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data_dir, laboratory(Path(data_dir)) as lab:
        PATH.write_text(page(Trials(lab)))
