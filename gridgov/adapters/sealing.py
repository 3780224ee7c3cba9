"""Encrypting what is personal before it becomes a row. The key is the city's secret, never the database's."""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet


class Sealer:
    """Seals small JSON values with a key that is derived from the secret (AES-128-CBC with HMAC, by Fernet)."""

    def __init__(self, secret: str) -> None:
        """`secret` is GRIDGOV_SECRET_KEY, or the one in the data folder."""
        self._secret = secret.encode()
        self._box = Fernet(urlsafe_b64encode(sha256(b"gridgov contact data\0" + secret.encode()).digest()))

    def seal(self, value: dict[str, str]) -> bytes:
        """The value, unreadable without the secret."""
        return self._box.encrypt(json.dumps(value, ensure_ascii=False).encode())

    def open(self, sealed: bytes) -> dict[str, str]:
        """The value again. Raises cryptography's InvalidToken when it was sealed with another secret."""
        value: dict[str, str] = json.loads(self._box.decrypt(sealed))
        return value

    def mark(self, purpose: str, value: str) -> bytes:
        """32 bytes that only this secret gives for `value`; what they are for keeps marks of one kind from another.

        HMAC-SHA-256, so that whoever has the database alone can neither make nor test one.
        """
        return hmac.digest(self._secret, f"gridgov {purpose}\0{value}".encode("utf-8", "surrogatepass"), "sha256")
