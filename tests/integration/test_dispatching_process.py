"""The sweeper's process also calls webhooks and addresses, without any broker and without a mail server."""

from pathlib import Path

from sqlalchemy import Engine
from standardwebhooks import Webhook as Verifier

from gridgov.adapters.sealing import Sealer
from gridgov.domain.model_city import BRANCH
from gridgov.services.webhooks import Order, create_webhook
from tests.integration.post_rooms import make_office
from tests.integration.processes import NO_BROKER, running
from tests.integration.receiver import web_server

SECRET = "of this test only"


def test_a_sweeper_calls_webhooks_by_itself(own_engine: Engine, own_database: str, tmp_path: Path) -> None:
    with web_server() as receiver:
        office = make_office(own_engine, allow=(receiver.host,))
        with office.city() as (city, now):
            person = city.tree.acting[BRANCH][0]
            order = Order(receiver.url, None, None)
            made = create_webhook(city.session, Sealer(SECRET), order, city.tree, office.allow, person, now)
            secret = made.secret
        case_id = office.report()
        settings = {"GRIDGOV_EGRESS_ALLOW": receiver.host, "GRIDGOV_SECRET_KEY": SECRET}
        with running("sweep", tmp_path / "log", own_database, NO_BROKER, **settings):
            assert receiver.arrived(1, seconds=60)
        said = Verifier(secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    assert said["data"]["number"] == office.number(case_id)
