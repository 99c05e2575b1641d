"""`ruhu serve`: the server of one county or more, over one database."""

import argparse
import json
import logging
from collections.abc import Sequence

from schemas.problems import Failed
from sync_server.http.openapi import document
from sync_server.main import create_app, listener, ways
from sync_server.settings import settings


def main(argv: Sequence[str]) -> int:
    """Serve until interrupted; the exit code is 1 when the settings or the database do not work."""
    parser = argparse.ArgumentParser(prog="ruhu serve", description="Run the server.")
    parser.add_argument("--data", help="folder of the county keys and, by default, of the database (RUHU_DATA)")
    parser.add_argument("--database", help="database URL, e.g. postgresql://user@host/ruhu (RUHU_DATABASE_URL)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; put a TLS proxy before it")
    parser.add_argument("--port", type=int, default=8601)
    parser.add_argument("--openapi", action="store_true", help="print what the server can be asked (OpenAPI) and end")
    options = parser.parse_args(argv)
    if options.openapi:
        print(json.dumps(document(ways().routes), ensure_ascii=False, indent=1))
        return 0
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        app = create_app(settings(options.data, options.database))
    except Failed as failed:
        print(failed.say("en"))
        return 1
    print(f"http://{options.host}:{options.port}")
    listener(app, options.host, options.port).run()
    return 0
