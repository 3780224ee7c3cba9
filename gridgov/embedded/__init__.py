"""Our own PostgreSQL and Valkey, and the supervisor of `gridgov up`: what runs when no server is configured.

Nothing here knows tables, queues or cases; nothing here is used when DATABASE_URL and REDIS_URL are set.
"""
