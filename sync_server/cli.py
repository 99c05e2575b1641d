"""`ruhu serve`: the server of one county or more, over one database.

One process serves a county's day. With `--workers` several share the door and the database: reading and unpacking then
use every core, while the database keeps the order of what is written, as it does between threads.
"""

import argparse
import json
import os
from collections.abc import Sequence

from schemas.problems import Failed
from sync_server import process
from sync_server.http.openapi import document
from sync_server.main import create_app, listener, log_to_terminal, share_the_door, ways
from sync_server.server import Server
from sync_server.settings import settings


def main(argv: Sequence[str]) -> int:
    """Serve until interrupted; the exit code is 1 when the settings or the database do not work."""
    parser = argparse.ArgumentParser(prog="ruhu serve", description="Run the server.")
    parser.add_argument("--data", help="folder of the county keys and, by default, of the database (RUHU_DATA)")
    parser.add_argument("--database", help="database URL, e.g. postgresql://user@host/ruhu (RUHU_DATABASE_URL)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; put a TLS proxy before it")
    parser.add_argument("--port", type=int, default=8601)
    workers = os.environ.get("RUHU_WORKERS", "1")
    parser.add_argument("--workers", type=int, default=workers, help="processes that serve, at most one a core")
    parser.add_argument("--openapi", action="store_true", help="print what the server can be asked (OpenAPI) and end")
    options = parser.parse_args(argv)
    if options.openapi:
        print(json.dumps(document(ways().routes), ensure_ascii=False, indent=1))
        return 0
    log_to_terminal()
    try:
        chosen = settings(options.data, options.database)
        if options.workers > 1:
            Server.open(chosen).close()  # what is wrong is said once, and the tables are made before anybody asks
            print(f"http://{options.host}:{options.port}")
            share_the_door(chosen, options.host, options.port, options.workers)
            return 0
        app = create_app(chosen)
    except Failed as failed:
        print(failed.say("en"))
        return 1
    print(f"http://{options.host}:{options.port}")
    process.settle()
    listener(app, options.host, options.port).run()
    return 0
