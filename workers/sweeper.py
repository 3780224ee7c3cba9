"""The sweeper: moves the clocks that are due on PostgreSQL alone, and sends the messages that leave the house.

Messages go out by a second loop with a thread and a connection of its own, so that a slow mail server delays
no escalation, and mail leaves also while the broker is gone. As many copies may run as one likes.
"""

import threading
from functools import partial

from gridgov.adapters.mail import mailer_for
from gridgov.db.session import SWEEP_TIMEOUT_MS, Transactions, city_now, make_engine
from gridgov.services.delivery import PostOffice, deliver_due
from gridgov.services.escalation import sweep_due
from gridgov.services.meetings import tell_late
from gridgov.services.settling import settle_city
from gridgov.services.world import World
from gridgov.settings import Settings
from workers.loop import Loop
from workers.posting import Posting
from workers.stop import Stop

BATCH = 500
# So long sends one turn at most: then the loop says that it is alive.
TURN_SECONDS = 4.0
SWEEP_SECONDS = 1.2
SETTLE_SECONDS = 5.0
DELIVER_SECONDS = 4.0
# A message takes thirty seconds at most, and its row is released by the lease anyway.
LAST_MESSAGE_SECONDS = 35.0
LAST_CALL_SECONDS = 12.0


def run_sweeper(settings: Settings, database_url: str, stop: Stop) -> None:
    """Sweep and deliver until `stop` is wished. Raises ValueError for an unusable GRIDGOV_SMTP_URL."""
    mailer = mailer_for(settings.smtp_url)
    engine = make_engine(database_url, settings.city, SWEEP_TIMEOUT_MS, pool_size=2)
    transaction = Transactions(engine)
    sweeping = partial(sweep_once, transaction, World(settings.timezone, email_on=mailer is not None))
    loops = [Loop("sweeper", transaction, sweeping, SWEEP_SECONDS, full=BATCH)]
    settling = partial(settle_once, transaction, World(settings.timezone, email_on=mailer is not None))
    loops.append(Loop("settler", transaction, settling, SETTLE_SECONDS, full=BATCH))
    if mailer is not None:
        office = PostOffice(transaction, World(settings.timezone), mailer, settings.city, settings.public_url)
        loops.append(Loop("deliverer", transaction, partial(deliver_due, office, TURN_SECONDS), DELIVER_SECONDS))
    # Lanes wait for services, never for a connection that the sweep needs.
    post = make_engine(database_url, settings.city, SWEEP_TIMEOUT_MS, pool_size=4)
    posting = Posting(settings, Transactions(post))
    loops.append(Loop("dispatcher", Transactions(post), posting.start_due, DELIVER_SECONDS))
    _run(loops, stop)
    posting.join(LAST_CALL_SECONDS)
    engine.dispose()
    post.dispose()


def sweep_once(transaction: Transactions, world: World) -> int:
    """One batch of due clocks in one transaction, and late tasks of meetings in another; how many clocks fired."""
    with transaction() as session:
        fired = sweep_due(session, world, city_now(session), BATCH)
    with transaction() as session:
        tell_late(session, world, city_now(session))
    return fired


def settle_once(transaction: Transactions, world: World) -> int:
    """Give what waits for people who are gone to whoever may act now; how many cases it was."""
    with transaction() as session:
        return settle_city(session, world, city_now(session))


def _run(loops: list[Loop], stop: Stop) -> None:
    """The first loop in this thread, the others beside it."""
    others = [threading.Thread(target=loop.run, args=(stop,), daemon=True) for loop in loops[1:]]
    for thread in others:
        thread.start()
    loops[0].run(stop)
    for thread in others:
        thread.join(LAST_MESSAGE_SECONDS)
