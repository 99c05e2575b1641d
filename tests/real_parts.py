"""Real parts that some tests need and a user's machine may lack: a browser, a database server.

Where one is missing the test is skipped with one line that says what to install; where `RUHU_REAL_PARTS` is set, as CI
does, it fails instead, so that a green run always means the real parts took part.
"""

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str, install: str) -> NoReturn:
    """End the test: skipped on a user's machine, failed where the real parts are promised."""
    line = f"needs {what}: {install}"
    if os.environ.get("RUHU_REAL_PARTS"):
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def chromium() -> str:
    """The path of a Chromium or Chrome."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    missing("Chromium", "install it from your system's packages, e.g. apt-get install chromium")
