"""How Python values are printed as JSON in an answer. What goes into an answer is the schemas' affair."""

from datetime import datetime
from typing import Any

from flask.json.provider import DefaultJSONProvider

from gridgov.schemas.fields import rfc3339


class Json(DefaultJSONProvider):
    """Flask's JSON with times as RFC 3339 UTC, Chinese as itself and the order of the schema kept."""

    ensure_ascii = False
    sort_keys = False
    compact = True

    @staticmethod
    def default(o: Any) -> Any:
        """What stands for `o`, a value that JSON does not know; raises TypeError for an unknown one."""
        if isinstance(o, datetime):
            return rfc3339(o)
        if isinstance(o, set | frozenset):
            return sorted(o)
        return DefaultJSONProvider.default(o)
