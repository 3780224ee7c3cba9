"""The web application: everything that answers HTTP, wired to one runtime. Nothing is decided here."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from gridgov import api, web
from gridgov.bootstrap import Runtime
from gridgov.http import context, request_log
from gridgov.http.install import install
from gridgov.services.world import World


def create_app(runtime: Runtime, world: World | None = None) -> Flask:
    """The application on that runtime; it keeps what it learns of the city in `world`."""
    app = Flask("gridgov", static_folder=None)
    request_log.install(app)
    contract = install(app)
    settings = runtime.settings
    if settings.trusted_proxies:
        # Only the address of the caller is taken from our own proxies' word (GRIDGOV_TRUSTED_PROXIES).
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.trusted_proxies, 0)  # type: ignore[method-assign]
    context.install(app, runtime, world or World(settings.timezone, email_on=settings.smtp_url is not None))
    api.register(app, contract)
    web.register(app)
    return app
