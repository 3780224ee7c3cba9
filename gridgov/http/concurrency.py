"""Two people at one case: the version as ETag, and the version that a caller decided on. Who wins: the services."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import request

from gridgov.domain.errors import Invalid, Text
from gridgov.http.described import describe_headers

IF_MATCH = "If-Match"
NOT_OURS = Text('Send the ETag of the case as it came, such as "v7".', '请原样发送工单的 ETag，例如 "v7"。')
TWO_VERSIONS = Text("If-Match and expected_version disagree.", "If-Match 与 expected_version 不一致。")
_ETAG = re.compile(r'"v(\d{1,9})"', re.ASCII)

View = TypeVar("View", bound=Callable[..., Any])


def etag_of(version: int) -> dict[str, str]:
    """The header that says which version an answer shows: `ETag: "v7"`."""
    return {"ETag": f'"v{version}"'}


def expected_version(in_body: int | None = None) -> int | None:
    """The version that the caller decided on, by If-Match or `expected_version` of the body; None when it named none.

    `If-Match: *` names none. Raises Invalid when the header is not an ETag of ours or the two disagree.
    """
    sent = request.headers.get(IF_MATCH, "*").strip()
    if sent == "*":
        return in_body
    found = _ETAG.fullmatch(sent)
    if found is None:
        raise Invalid({IF_MATCH: [NOT_OURS]})
    version = int(found[1])
    if in_body not in {None, version}:
        raise Invalid({"expected_version": [TWO_VERSIONS]})
    return version


def takes_if_match(view: View) -> View:
    """Say in the specification that the view reads If-Match."""
    return describe_headers(view, {IF_MATCH: "The ETag of the case that you decided on; stale gives 409 stale_case."})
