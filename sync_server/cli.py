"""`ruhu serve`: the server of one county or more, over one database."""

import argparse
from collections.abc import Sequence

import uvicorn

from schemas.clock import Clock
from schemas.problems import Failed
from sync_server.main import create_app
from sync_server.settings import settings


def main(argv: Sequence[str]) -> int:
    """Serve until interrupted; the exit code is 1 when the settings or the database do not work."""
    parser = argparse.ArgumentParser(prog="ruhu serve", description="Run the server.")
    parser.add_argument("--data", help="folder of the county keys and, by default, of the database (RUHU_DATA)")
    parser.add_argument("--database", help="database URL, e.g. postgresql://user@host/ruhu (RUHU_DATABASE_URL)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; put a TLS proxy before it")
    parser.add_argument("--port", type=int, default=8601)
    options = parser.parse_args(argv)
    try:
        app = create_app(settings(options.data, options.database), Clock())
    except Failed as failed:
        print(failed.say("en"))
        return 1
    # The access log would hold record ids and addresses of people's devices for no use; problems are logged apart.
    uvicorn.run(app, host=options.host, port=options.port, access_log=False, log_level="warning")
    return 0
