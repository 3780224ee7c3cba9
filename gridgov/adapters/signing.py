"""Standard Webhooks: a secret, and the headers that prove that a call is ours, unchanged and fresh."""

import base64
import secrets
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"


def new_webhook_secret() -> str:
    """A fresh secret of 256 random bits, written as Standard Webhooks write it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(secret: str, message_id: str, at: datetime, body: str) -> dict[str, str]:
    """The headers of one try: the id stays the same at every try, `at` (aware UTC, real time) is that of this one."""
    signature = Webhook(secret).sign(message_id, at, body)
    stamp = str(int(at.timestamp()))
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": signature}
