"""A POST that is sent twice is done once: Idempotency-Key (api.md). What is kept never holds a body or a secret.

The key is claimed before the view runs, in the view's own transaction: a twin waits for the first at the key
itself, and a first that fails leaves no key behind.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import Response, request
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gridgov.domain.errors import IdempotencyMismatch, InProgress, Invalid, Text
from gridgov.http.context import Work, work
from gridgov.http.described import describe_headers
from gridgov.http.multipart import MULTIPART, digest_of_form

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
LONGEST_KEY = 128
CLAIMED = 0  # not answered yet; only its own transaction ever sees it
BAD_KEY = Text("Use 1 to 128 printable ASCII characters.", "须为 1 至 128 个可打印的 ASCII 字符。")

Reference = Mapping[str, Any]
View = Callable[..., Any]

_CLAIM = text("""
INSERT INTO idempotency (scope, key, request_hash, status, resource, created_at)
VALUES (:scope, :key, :request_hash, :status, '{}', :clock) ON CONFLICT DO NOTHING RETURNING key
""")
_KEEP = text("""
UPDATE idempotency SET status = :status, resource = CAST(:resource AS jsonb) WHERE scope = :scope AND key = :key
""")
_KEPT = text("SELECT request_hash, status, resource FROM idempotency WHERE scope = :scope AND key = :key")


def idempotent(
    refer: Callable[[Any], Reference] | int,
    again: View,
    scope: Callable[..., str] | None = None,
) -> View:
    """Do a POST once per Idempotency-Key, and answer a repeat by rendering the answer again.

    Stands under `blueprint.response`, directly on the view. `refer` gives from the view's result what is kept of it,
    such as `{"case": number}`; `again(reference, …)` gives for it what the view would give, and gets what the view
    gets besides: parsed body, path parameters, actor. Where the path says all and the view has one good status,
    `refer` is that status: then the claim is the whole of it, and nothing is left to keep afterwards.
    `scope` names whose key it is from what the view gets, for a public view: a mark of its QR or tracking code.

    Raises IdempotencyMismatch for the key with another request, InProgress when the twin takes longer than the lock
    timeout, Invalid for a key that cannot be one. Without the header the view simply runs.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def once(*args: Any, **kwargs: Any) -> Any:
            key = request.headers.get(HEADER)
            if key is None:
                return view(*args, **kwargs)
            here = work()
            claim = {"scope": scope(*args, **kwargs) if scope else _person(here), "key": _checked(key)}
            kept = _claim(here, claim, refer if isinstance(refer, int) else CLAIMED, _request_hash())
            if kept is None:
                result = view(*args, **kwargs)
                if not isinstance(refer, int):
                    here.last.append(_keep(here, claim, refer(result)))
                return result
            here.last.append(_replay(kept[0]))
            return again(kept[1], *args, **kwargs)

        return describe_headers(once, {HEADER: "Up to 128 characters; a repeat with the same key is not done twice."})

    return mark


def _checked(key: str) -> str:
    if 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable():
        return key
    raise Invalid({HEADER: [BAD_KEY]})


def _person(here: Work) -> str:
    """A key belongs to a person, so that a repeat after a new login is still known."""
    if here.caller is None:
        raise TypeError("a public view names the scope of its keys")
    return f"person:{here.caller.person_id}"


def _claim(here: Work, claim: Mapping[str, str], status: int, digest: bytes) -> tuple[int, Reference] | None:
    """None when the key is ours now; else the status and the reference that its first use led to."""
    values = {**claim, "request_hash": digest, "status": status, "clock": here.clock}
    try:
        ours = here.session.connection().execute(_CLAIM, values).scalar()
    except DBAPIError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise InProgress(
                "The same request is still at work; ask again in a moment.", "相同的请求正在处理，请稍后再试。"
            ) from None
        raise
    return None if ours is not None else _kept(here, claim, digest)


def _kept(here: Work, claim: Mapping[str, str], digest: bytes) -> tuple[int, Reference]:
    row = here.session.execute(_KEPT, claim).one()
    if bytes(row.request_hash) != digest:
        raise IdempotencyMismatch(
            "This Idempotency-Key came before with another request; use a new one.",
            "该 Idempotency-Key 已用于另一请求，请换用新的键。",
        )
    return row.status, row.resource


def _request_hash() -> bytes:
    head = f"{request.method} {request.path}\n".encode("utf-8", "surrogatepass")
    body = digest_of_form() if request.mimetype == MULTIPART else request.get_data(cache=True)
    return sha256(head + body).digest()


def _keep(here: Work, claim: Mapping[str, str], reference: Reference) -> Callable[[Response], None]:
    def keep(response: Response) -> None:
        values = {**claim, "status": response.status_code, "resource": json.dumps(reference)}
        here.session.connection().execute(_KEEP, values)

    return keep


def _replay(status: int) -> Callable[[Response], None]:
    def replay(response: Response) -> None:
        response.status_code = status
        response.headers[REPLAYED] = "true"

    return replay
