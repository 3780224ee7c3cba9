"""Law: one resource a file; a view parses, calls one service and presents. This is the list of what is served."""

from flask import Flask

from gridgov.api import (
    actions,
    addresses,
    cases,
    categories,
    health,
    history,
    inbox,
    me,
    metrics,
    notifications,
    preferences,
    sessions,
    tokens,
    units,
    webhooks,
    workflows,
)
from gridgov.http.openapi import Api

CONTRACT = (
    sessions.blueprint,
    tokens.blueprint,
    me.blueprint,
    units.blueprint,
    categories.blueprint,
    cases.blueprint,
    actions.blueprint,
    history.blueprint,
    inbox.blueprint,
    notifications.blueprint,
    preferences.blueprint,
    addresses.blueprint,
    webhooks.blueprint,
    workflows.blueprint,
)
"""The resources of /api/v1, in the order of the specification."""

BESIDE = (health.blueprint, metrics.blueprint)
"""What machines ask outside the contract."""


def register(app: Flask, contract: Api) -> None:
    """Serve all of it from `app`."""
    for blueprint in CONTRACT:
        contract.register_blueprint(blueprint)
    for plain in BESIDE:
        app.register_blueprint(plain)
