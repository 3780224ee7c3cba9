"""Floor 6, the processes beside the web: the sweeper, which needs no broker, and Celery's worker and beat, which do."""
