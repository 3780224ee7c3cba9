"""How alembic reaches the city's schema: through the connection that `gridgov.migrations.upgrade` hands over."""

from alembic import context

from gridgov.db.models import Case

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Case.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
