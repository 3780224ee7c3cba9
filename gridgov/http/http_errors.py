"""What werkzeug and webargs refuse, as problems: statuses with a stable code and a sentence in both languages."""

from typing import Any

from werkzeug.exceptions import HTTPException

from gridgov.domain.errors import Text
from gridgov.http.problems import Problem
from gridgov.http.validation import located_field_errors

CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}
SENTENCES = {
    "bad_request": Text("The server could not read this request.", "服务器无法读取该请求。"),
    "unauthenticated": Text("No valid credential came with this request.", "请求未带有效凭证。"),
    "forbidden": Text("You may not do this.", "您没有权限执行此操作。"),
    "not_found": Text("There is nothing at this address.", "该地址不存在。"),
    "method_not_allowed": Text(
        "This address does not take this method; the header Allow names those it takes.",
        "该地址不支持此方法，可用方法见 Allow 响应头。",
    ),
    "conflict": Text("This is not possible now.", "当前不能执行。"),
    "precondition_failed": Text("A condition of this request does not hold.", "请求的前提条件不成立。"),
    "too_large": Text("The body of this request is too large.", "请求体过大。"),
    "unsupported_media_type": Text("This content type is not taken here.", "此处不接受该内容类型。"),
    "validation_failed": Text("Some fields are not right.", "部分字段不符合要求。"),
    "rate_limited": Text("Too many requests. Please wait a moment.", "请求过于频繁，请稍后再试。"),
    "internal_error": Text("Something broke on our side.", "系统内部错误。"),
    "unavailable": Text("The service is not available now. Please try again soon.", "服务暂不可用，请稍后再试。"),
}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="gridgov"'}
WAIT_S = 60
DEFAULT_HEADERS = {
    401: CHALLENGE,
    429: {"Retry-After": str(WAIT_S)},
    503: {"Retry-After": "5"},
}


def problem_of_http(error: HTTPException, environ: dict[str, Any]) -> Problem:
    """`error` as a problem; a `problem_code` on it and a Text as its description win over the status' own."""
    status = error.code or 500
    code = getattr(error, "problem_code", None) or CODES.get(status, f"http_{status}")
    return Problem(status, code, _sentence(error, code), errors=_errors(error), headers=_headers(error, environ))


def _sentence(error: HTTPException, code: str) -> str:
    if isinstance(error.description, Text):
        return error.description
    # werkzeug's own sentences are English only and sometimes HTML, so they are shown only where we have none.
    return SENTENCES.get(code) or Text(error.name + ".", error.name)


def _errors(error: HTTPException) -> dict[str, list[str]] | None:
    """The field errors that webargs leaves on an exception it aborts with."""
    data = getattr(error, "data", None) or {}
    messages = data.get("messages") or data.get("errors")
    return located_field_errors(messages) if messages else None


def _headers(error: HTTPException, environ: dict[str, Any]) -> dict[str, str]:
    kept = {name: value for name, value in error.get_headers(environ) if name.lower() != "content-type"}
    # webargs may leave None here.
    given = (getattr(error, "data", None) or {}).get("headers") or {}
    return {**DEFAULT_HEADERS.get(error.code or 500, {}), **kept, **given}
