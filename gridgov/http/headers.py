"""The headers that every answer carries to keep a browser safe. No cookie is set here."""

from flask import Flask, Response, request

API = "/api/"

# ASVS 3.4: nothing from another origin, no plug-in, no frame, no inline script or style.
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Put the security headers on every answer of `app`, and `no-store` on those of the API."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(API):
        response.headers.setdefault("Cache-Control", "no-store")
        # Flask calls an empty answer (204, OPTIONS) text/html; the API never says so.
        if response.mimetype == "text/html" and response.content_length in {0, None} and not response.is_streamed:
            del response.headers["Content-Type"]
    return response
