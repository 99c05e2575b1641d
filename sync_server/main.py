"""The web application: the server and its routes; `ruhu serve` and the demo run it, tests run it in process."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI

from schemas.clock import Clock
from sync_server.http import bundle, enrol, errors, library, openapi, review, sync
from sync_server.http.load import Load
from sync_server.server import Server
from sync_server.settings import Settings

log = logging.getLogger("ruhu.server")


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The application on these settings, with `app.state.server` the Server behind it. Opens the database now and
    closes it when the application shuts down."""
    server = Server.open(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        server.close()

    app = FastAPI(title="Ruhu", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.server = server
    app.state.load = Load()
    errors.install(app)
    app.include_router(ways())
    return app


def ways() -> APIRouter:
    """All that the server can be asked."""
    router = APIRouter()
    for room in (enrol, sync, bundle, library, review, openapi):
        router.include_router(room.routes)
    return router


def listener(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """A web server for the application, not yet running. It keeps no access log: a line there holds who asked for
    whose file and when, which is what the audit is for."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )
    )
