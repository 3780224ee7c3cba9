"""Law: pages for people, without a script of their own where none is needed. This is the list of what is served."""

from flask import Flask

from gridgov.web import front


def register(app: Flask) -> None:
    """Serve the pages from `app`."""
    app.register_blueprint(front.blueprint)
