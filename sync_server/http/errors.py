"""Every failure as a problem (RFC 9457), in the reader's language, with the catalogue's code and figures.

The outermost layer of the application. An error nobody expected becomes `internal`; the log then says where in the code
it was and of what type, and never its text, because a text may quote what somebody wrote about a person.
"""

import json
import logging
import traceback

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas import problems
from schemas.codec import NotCanonical
from schemas.problems import Failed

log = logging.getLogger("ruhu.server.http")

MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {404: "not_found", 405: "method", 413: "too_big"}


def problem(failed: Failed, lang: str = "zh") -> Response:
    """A problem as an answer."""
    known = problems.catalogue().get(failed.code) or problems.catalogue()["unknown"]
    content = {
        "type": f"urn:ruhu:problem:{failed.code}",
        "title": known.code.replace("_", " "),
        "status": known.status,
        "detail": failed.say(lang),
        "fault": known.fault,
        "code": failed.code,
        "figures": failed.figures,
    }
    headers = {"Cache-Control": "no-store"}
    if isinstance(seconds := failed.figures.get("seconds"), int):
        headers["Retry-After"] = str(seconds)
    if failed.code == "too_slow":
        headers["Connection"] = "close"  # the rest of the body may still come, and nobody waits for it
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, known.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Makes every failure of an application a problem."""

    @app.exception_handler(Failed)
    async def failed(request: Request, error: Failed) -> Response:
        return problem(error, language(request.scope))

    @app.exception_handler(NotCanonical)
    async def not_canonical(request: Request, error: NotCanonical) -> Response:
        return problem(Failed("malformed", place=_place(error)), language(request.scope))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])[:80]
        return problem(Failed("malformed", place=place), language(request.scope))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return problem(Failed(_BY_STATUS.get(error.status_code, "malformed"), place="http"), language(request.scope))

    app.add_middleware(LastResort)


class LastResort:
    """Answers `internal` where an application fails, and logs the place without the text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            log.info("%s ended: the line was cut", scope["method"])  # everyday in the field, and nobody is left to tell
        except Exception as error:  # noqa: BLE001 - the last place where one can be kept from the screen and the log
            log.error("%s failed: %s", scope["method"], place(error))  # noqa: TRY400 - a traceback may quote a person
            if not started:
                await problem(Failed("internal"), language(scope))(scope, receive, send)


def place(error: BaseException) -> str:
    """Where an error came from, as `Type at file:line < file:line …`, without a word of its text."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in reversed(frames))
    return f"{type(error).__name__} at {where}"


def _place(error: NotCanonical) -> str:
    """The place that a NotCanonical names before its colon; `body` when the whole could not be read."""
    place, colon, _ = str(error).partition(":")
    return place[:80] if colon else "body"


def language(scope: Scope) -> str:
    """The reader's language: `en` when they ask for it first, else `zh`."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return "en" if value.strip().lower().startswith(b"en") else "zh"
    return "zh"
