"""Stories across devices use the same real PostgreSQL as the tests of the server."""

from tests.sync_server.conftest import new_postgres

__all__ = ["new_postgres"]
