"""Where alembic gets its connection: from the server that is opening (`sync_server.server.migrate`)."""

from alembic import context

from sync_server.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
context.run_migrations()
