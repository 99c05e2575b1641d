"""The web application: the server and its routes; `ruhu serve` and the demo run it, tests run it in process."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI
from uvicorn.supervisors import Multiprocess

from schemas.clock import Clock
from sync_server import process
from sync_server.http import bundle, enrol, errors, library, openapi, review, sync
from sync_server.http.load import Load
from sync_server.http.patience import Paced, Patient
from sync_server.server import Server
from sync_server.settings import Settings, settings

log = logging.getLogger("ruhu.server")


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The application on these settings, with `app.state.server` the Server behind it. Opens the database now and
    closes it when the application shuts down."""
    server = Server.open(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, float]]:
        yield {"patience": settings.patience}
        server.close()

    app = FastAPI(title="Ruhu", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.server = server
    app.state.load = Load()
    errors.install(app)
    app.add_middleware(Paced, seconds=settings.patience)
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
    return uvicorn.Server(_config(app, host, port))


def share_the_door(chosen: Settings, host: str, port: int, workers: int) -> None:
    """Serves from several processes until interrupted. Each has an application of its own, and nothing in common with
    the others but the socket and the database."""
    os.environ |= {"RUHU_DATA": str(chosen.data), "RUHU_DATABASE_URL": chosen.database_url}  # which each inherits
    config = _config("sync_server.main:from_environment", host, port, factory=True, workers=workers)
    Multiprocess(config, [config.bind_socket()]).run()


def from_environment() -> FastAPI:
    """The application of one of several processes."""
    log_to_terminal()
    app = create_app(settings())
    process.settle()
    return app


def log_to_terminal() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def _config(app: FastAPI | str, host: str, port: int, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Patient,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        timeout_worker_healthcheck=60,
        **more,
    )
