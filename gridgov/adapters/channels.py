"""Messages to robots and phones: which Apprise addresses are taken at all, and handing one message over.

Apprise reads the addresses; the kinds are a closed list (`wecom://` would mean another service, `file://` a file).
The three robots are called by our own door, because they answer 200 to a message that they refuse, and say so in the
body only; ntfy, mail and JSON are sent by Apprise, after the host was checked, without redirects.
"""

import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

from apprise import AppriseAsset
from apprise.exception import AppriseException
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.ntfy import NotifyNtfy
from apprise.plugins.wecombot import NotifyWeComBot

from gridgov.adapters.egress import EgressError, EgressRefused, checked_address, post

KINDS: Mapping[str, tuple[str, Any]] = {
    "wecombot": ("wecombot", NotifyWeComBot),
    "dingtalk": ("dingtalk", NotifyDingTalk),
    "feishu": ("feishu", NotifyFeishu),
    "ntfy": ("ntfy", NotifyNtfy),
    "ntfys": ("ntfy", NotifyNtfy),
    "mailto": ("mailto", NotifyEmail),
    "mailtos": ("mailto", NotifyEmail),
    "json": ("json", NotifyJSON),
    "jsons": ("json", NotifyJSON),
}
"""The schemas that are taken, each with its lane and what reads it."""

LANES = tuple(dict.fromkeys(lane for lane, _ in KINDS.values()))
OWN_HOST_ONLY = frozenset({"json", "jsons"})
"""Kinds that only reach hosts of GRIDGOV_EGRESS_ALLOW."""

# What an address may say behind its question mark; `smtp`, `redirect`, `verify`, `attach` are not among it.
PARAMETERS = frozenset({"from", "name", "pass", "priority", "secret", "tags", "to", "user"})
ROBOT_HOSTS: Mapping[str, str] = {
    "wecombot": "https://qyapi.weixin.qq.com",
    "dingtalk": "https://oapi.dingtalk.com",
    "feishu": "https://open.feishu.cn",
}
ROBOT_BYTES = 2000
"""What every robot takes: 企业微信 cuts a text at 2,048 bytes."""

NTFY_CLOUD = "ntfy.sh"
PLAIN_PORTS = {"ntfy": 80, "ntfys": 443, "json": 80, "jsons": 443, "mailto": 25, "mailtos": 587}


class ChannelError(Exception):
    """The message did not go out; trying again may help. No address is part of the sentence."""


class ChannelRefused(ChannelError):
    """The message will not go out by this address, however often it is tried."""


class Courier(Protocol):
    """Something that hands over one message, or raises ChannelError."""

    def send(self, url: str, subject: str, body: str) -> None:
        """Hand it over; when this returns, the service has taken it."""


def lane_of(url: str, allow: tuple[str, ...]) -> str:
    """The lane of an address that may be kept. Raises ChannelRefused with a sentence; no name is resolved here."""
    schema, plugin = _read(url)
    host = _target(schema, plugin)
    if schema in OWN_HOST_ONLY and (host is None or f"{host[0]}:{host[1]}" not in allow):
        raise ChannelRefused(f"{schema}:// is for hosts that GRIDGOV_EGRESS_ALLOW names.")
    return KINDS[schema][0]


@dataclass(frozen=True)
class AppriseCourier:
    """Sends by the services themselves; `robots` may name other hosts for them, such as a relay of the city."""

    allow: tuple[str, ...] = ()
    robots: Mapping[str, str] = field(default_factory=lambda: ROBOT_HOSTS)

    def send(self, url: str, subject: str, body: str) -> None:
        """Hand it over, in about ten seconds at most. Raises ChannelError or ChannelRefused."""
        schema, plugin = _read(url)
        try:
            if schema in ROBOT_HOSTS:
                self._to_robot(schema, plugin, f"{subject}\n{body}")
                return
            host = _target(schema, plugin)
            if host is not None:
                checked_address(*host, self.allow)
        except EgressRefused as error:
            raise ChannelRefused(str(error)) from None
        except EgressError as error:
            raise ChannelError(str(error)) from None
        if not plugin.notify(body=body, title=subject):
            raise ChannelError("The service did not take the message.")

    def _to_robot(self, schema: str, plugin: Any, text: str) -> None:
        path, content = ROBOTS[schema](plugin, fitted(text, ROBOT_BYTES))
        body = json.dumps(content, ensure_ascii=False).encode()
        answer = post(f"{self.robots[schema]}{path}", body, {"Content-Type": "application/json"}, self.allow)
        _check_robot(answer.status, answer.body)


def _wecombot(plugin: Any, text: str) -> tuple[str, Any]:
    path = f"/cgi-bin/webhook/send?key={quote(plugin.key, safe='')}"
    return path, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(plugin: Any, text: str) -> tuple[str, Any]:
    path = f"/robot/send?access_token={quote(plugin.token, safe='')}"
    if plugin.secret:
        stamp = str(round(time.time() * 1000))
        mac = hmac.new(plugin.secret.encode(), f"{stamp}\n{plugin.secret}".encode(), hashlib.sha256).digest()
        path += f"&timestamp={stamp}&sign={quote(base64.b64encode(mac), safe='')}"
    return path, {"msgtype": "text", "text": {"content": text}}


def _feishu(plugin: Any, text: str) -> tuple[str, Any]:
    return f"/open-apis/bot/v2/hook/{quote(plugin.token, safe='')}", {"msg_type": "text", "content": {"text": text}}


ROBOTS = {"wecombot": _wecombot, "dingtalk": _dingtalk, "feishu": _feishu}
"""How each robot is spoken to: path and body, as its maker documents them."""


def _check_robot(status: int, body: bytes) -> None:
    """Nothing when the robot took it: status 200 and an error code of 0, under the name that its maker gave it."""
    if status != 200:
        raise ChannelError(f"The robot answered {status}.")
    try:
        said = json.loads(body)
        code = next(said[name] for name in ("errcode", "code", "StatusCode") if name in said)
    except (ValueError, TypeError, StopIteration):
        raise ChannelError("The robot's answer was not understood.") from None
    if code != 0:
        raise ChannelError(f"The robot refused the message ({code}).")


def fitted(text: str, most_bytes: int) -> str:
    """As many whole lines of `text` as fit; an ellipsis stands for the rest."""
    if len(text.encode()) <= most_bytes:
        return text
    kept: list[str] = []
    for line in text.splitlines():
        if len("\n".join([*kept, line, "…"]).encode()) > most_bytes:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])


def _read(url: str) -> tuple[str, Any]:
    """The schema and Apprise's object for an address. Raises ChannelRefused; the sentence does not repeat the URL."""
    schema = url.partition("://")[0].lower()
    if schema not in KINDS:
        raise ChannelRefused(f"Only these kinds of addresses are taken: {', '.join(KINDS)}.")
    kind = KINDS[schema][1]
    try:
        parameters = {name.lower() for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
        if parameters - PARAMETERS:
            raise ChannelRefused(f"Such parameters are not taken: {', '.join(sorted(parameters - PARAMETERS))}.")
        return schema, kind(**{**kind.parse_url(url), "asset": _asset()})
    except (AppriseException, TypeError, ValueError):
        raise ChannelRefused(f"This is no address of the kind {schema}.") from None


def _asset() -> AppriseAsset:
    # Apprise logs whole addresses, which are secrets: what went wrong is said by us.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return AppriseAsset(app_id="gridgov", http_redirects=False, async_mode=False)


def _target(schema: str, plugin: Any) -> tuple[str, int] | None:
    """Host and port that an address leads to, where somebody typed them; None for a robot of a known service."""
    if schema in ROBOT_HOSTS:
        return None
    if schema.startswith("ntfy") and plugin.mode == "cloud":
        return NTFY_CLOUD, 443
    host = plugin.smtp_host if schema.startswith("mailto") else plugin.host
    return str(host).strip("[]"), int(plugin.port or PLAIN_PORTS[schema])
