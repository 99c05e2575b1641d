"""Nothing a screen does may end the window or show a traceback.

Three things go wrong in Flet 1.0.5. An exception in a handler replaces the page by its text; one in a re-render ends
the session's update task silently, so that the window is dead until it is closed; and both are logged with their text,
which may hold personal data. `keep` turns the first two into a notice in the person's words and starts the update task
again; `Discreet` keeps the text of exceptions out of the log.
"""

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable

import flet as ft

log = logging.getLogger("ruhu.ui")

FLET_LOGGERS = ("flet", "flet_components", "flet_web.fastapi", "flet_object_patch", "flet_transport")


class Discreet(logging.Filter):
    """Says where an exception came from and of which kind, never what it said."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            record.msg = f"{record.msg} [{place(record.exc_info[1])}]"
            record.exc_info = None
            record.exc_text = None
        return True


def place(error: BaseException) -> str:
    """The kind of an error and the last line of our own code that it passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/app/" in f.filename.replace("\\", "/")] or frames
    where = f"{ours[-1].name}:{ours[-1].lineno}" if ours else "nowhere"
    return f"{type(error).__name__} at {where}"


def quiet_logs() -> None:
    """Keep texts of exceptions out of Flet's logs; safe to call twice."""
    for name in FLET_LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(f, Discreet) for f in logger.filters):
            logger.addFilter(Discreet())


def keep(page: ft.Page, told: Callable[[BaseException], None]) -> None:
    """Guard a page after `render_views`: errors of handlers and of rendering reach `told`, and the page lives on."""
    session = page.session

    def error(_message: str) -> None:
        # Flet calls this from its `except` block, with the text of the traceback; the exception itself is better.
        happened = sys.exc_info()[1]
        if happened is not None:
            log.error("handler failed: %s", place(happened))
        told(happened or RuntimeError("unknown"))

    def watch() -> None:
        # The task that draws; only this name has it, and mypy does not know a name that Python has made private.
        task: asyncio.Task[None] = session._Session__updates_task  # type: ignore[attr-defined]

        def ended(done: asyncio.Task[None]) -> None:
            happened = None if done.cancelled() else done.exception()
            if happened is None:
                return
            log.error("render failed: %s", place(happened))
            session.start_updates_scheduler()
            watch()
            told(happened)

        task.add_done_callback(ended)

    # Flet is pinned to the version whose private name this is; a test breaks when it changes.
    object.__setattr__(session, "error", error)
    watch()
