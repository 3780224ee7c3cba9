"""The one call that gives a Flask application the house's manners. What they are: the modules beside this one."""

from flask import Flask

from gridgov.http import body, errors, headers, request_ids
from gridgov.http.encoding import Json
from gridgov.http.openapi import Api


def install(app: Flask) -> Api:
    """Give `app` request ids, body checks, security headers, problems and the specification.

    Call it before any blueprint is registered, and register API blueprints with the Api that comes back.
    """
    # A redirect to the address with the other slash would answer in HTML.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.json = Json(app)
    request_ids.install(app)
    headers.install(app)
    body.install(app)
    api = Api(app)
    errors.install(app)
    return api
