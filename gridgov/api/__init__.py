"""Law: one resource a file; a view parses, calls one service and presents. This is the list of what is served."""

from flask import Flask

from gridgov.api import (
    actions,
    addresses,
    bulk,
    cases,
    categories,
    contacts,
    health,
    history,
    imports,
    inbox,
    lifecycle,
    me,
    meetings,
    metrics,
    notifications,
    people,
    posts,
    preferences,
    public,
    qr_codes,
    rechecks,
    requests,
    reshaping,
    responses,
    rosters,
    services,
    sessions,
    similar,
    tokens,
    units,
    uploads,
    webhooks,
    whistles,
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
    bulk.blueprint,
    similar.blueprint,
    history.blueprint,
    requests.blueprint,
    uploads.blueprint,
    rechecks.blueprint,
    whistles.blueprint,
    inbox.blueprint,
    notifications.blueprint,
    meetings.blueprint,
    preferences.blueprint,
    addresses.blueprint,
    webhooks.blueprint,
    workflows.blueprint,
    contacts.blueprint,
    qr_codes.blueprint,
    public.blueprint,
    responses.blueprint,
    people.blueprint,
    posts.blueprint,
    rosters.blueprint,
    reshaping.blueprint,
    services.blueprint,
    lifecycle.blueprint,
    imports.blueprint,
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
