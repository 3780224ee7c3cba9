"""The one shape of every refusal: RFC 9457 `application/problem+json`. Which error becomes which problem: errors.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, current_app, request

from gridgov.domain.errors import Text
from gridgov.http.language import Language, preferred, said
from gridgov.http.request_ids import request_id

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "/api/v1/docs#problem-"

# What a code means, whatever the case: the `title` of RFC 9457. Codes are part of the contract and never change.
TITLES = {
    "bad_request": Text("The request cannot be read", "请求无法读取"),
    "malformed_json": Text("The body is not valid JSON", "请求体不是有效的 JSON"),
    "unauthenticated": Text("Sign in first", "请先登录"),
    "forbidden": Text("Not allowed", "没有权限"),
    "not_found": Text("Not found", "未找到"),
    "method_not_allowed": Text("This method is not offered here", "此地址不支持该方法"),
    "conflict": Text("Not possible now", "当前不能执行"),
    "transition_not_allowed": Text("Not possible in this state", "当前状态不能执行此操作"),
    "already_done": Text("Already done", "已有人办理"),
    "stale_case": Text("The case has changed meanwhile", "工单已被更新"),
    "bound_reached": Text("No tries are left", "次数已用完"),
    "work_in_hand": Text("Open cases have to be handed over first", "须先交接未结案件"),
    "idempotency_mismatch": Text("The key was used with another body", "该幂等键已用于其他请求"),
    "in_progress": Text("The same request is still at work", "相同的请求正在处理"),
    "precondition_failed": Text("A condition of the request does not hold", "请求的前提条件不成立"),
    "too_large": Text("The body is too large", "请求体过大"),
    "unsupported_media_type": Text("This content type is not taken", "不支持的内容类型"),
    "validation_failed": Text("Some fields are not right", "部分字段不符合要求"),
    "definition_error": Text("The definition is not right", "定义文件有误"),
    "definition_refused": Text("A proof does not hold", "流程定义未通过证明"),
    "rate_limited": Text("Too many requests", "请求过于频繁"),
    "internal_error": Text("Something broke on our side", "系统内部错误"),
    "broken_rule": Text("The city is not set up as it should be", "系统配置不完整"),
    "no_holder": Text("Nobody holds the post that has to act", "应负责的岗位无人在岗"),
    "calendar_exhausted": Text("The calendar ends too early", "工作日历不足"),
    "busy": Text("Others are at work on the same thing", "系统正忙"),
    "unavailable": Text("The service is not available now", "服务暂不可用"),
}


@dataclass(frozen=True)
class Problem:
    """One refusal: `detail` may be a Text, `errors` maps a field path to sentences, `facts` are shown beside them."""

    status: int
    code: str
    detail: str
    errors: Mapping[str, Sequence[str]] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(problem: Problem) -> Response:
    """The answer to the current request that says `problem` in the caller's language."""
    language = preferred(request)
    body = current_app.json.dumps(_body(problem, language))
    response = Response(body, status=problem.status, content_type=MEDIA_TYPE)
    response.headers.extend(dict(problem.headers))
    response.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
    response.vary.add("Accept-Language")
    return response


def _body(problem: Problem, language: Language) -> dict[str, Any]:
    standard: dict[str, Any] = {
        "type": TYPE_BASE + problem.code,
        "title": said(TITLES.get(problem.code, problem.code), language),
        "status": problem.status,
        "detail": said(problem.detail, language),
        "code": problem.code,
        "request_id": request_id(),
    }
    if problem.errors is not None:
        standard["errors"] = {
            path: [said(sentence, language) for sentence in sentences] for path, sentences in problem.errors.items()
        }
    # A fact never takes the place of a standard member.
    return {**_in_language(problem.facts, language), **standard}


def _in_language(value: Any, language: Language) -> Any:
    if isinstance(value, str):
        return said(value, language)
    if isinstance(value, Mapping):
        return {str(key): _in_language(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_in_language(item, language) for item in value]
    return value
