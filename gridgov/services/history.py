"""The hash chain of a case: what makes a changed, deleted or reordered event visible (reliability.md §4.2).

`hash` covers the case's number, the event's place, time, actor and action, the digest of its body and
the hash before; the body's digest is salted, so that an erased body leaves the chain valid.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from gridgov.domain.actors import Signature
from gridgov.domain.steps import Event

GENESIS = bytes(32)
SALT_BYTES = 16


def canonical(value: Mapping[str, Any]) -> bytes:
    """RFC 8785 JSON of a value of strings, integers, booleans, nulls, lists and objects with ASCII keys.

    For these json.dumps gives the same bytes as the RFC. Fractions are not among them: seconds go in as milliseconds.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def body_of(event: Event) -> dict[str, Any]:
    """What an event says beyond who, when and what: the part that can be erased."""
    return {
        "origin": event.origin,
        "target": event.target,
        "note": event.note,
        "data": event.data,
        "changes": event.changes,
        "wall_ms": round(event.wall_s * 1000),
        "working_ms": round(event.working_s * 1000),
        "charged": event.charged_id,
        "public": event.public,
    }


def digest_of(salt: bytes, body: Mapping[str, Any]) -> bytes:
    """The salted digest that stands for the body in the chain."""
    return sha256(salt + canonical(body)).digest()


def hash_of(
    number: str, seq: int, at: datetime, signature: Signature, action: str, digest: bytes, prev: bytes
) -> bytes:
    """The hash of an event; `prev` is the hash of the one before, 32 zero bytes for the first."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    actor = ":".join("" if part is None else str(part) for part in _parts(signature))
    head = "\n".join((number, str(seq), moment, actor, action))
    return sha256(b"\x00" + head.encode() + b"\n" + digest + prev).digest()


def _parts(signature: Signature) -> tuple[str | int | None, ...]:
    return signature.kind, signature.person_id, signature.role, signature.unit_id
