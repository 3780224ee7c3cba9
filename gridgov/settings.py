"""The environment, read once into a frozen value. Nothing here opens a file, a socket or a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Settings:
    """What an operator may set; every field has a default that works on one machine.

    `database_url` and `redis_url` are None when the embedded servers of `home` are to be used.
    """

    home: Path
    host: str
    port: int
    database_url: str | None
    redis_url: str | None
    city: str
    timezone: ZoneInfo
    secret_key: str | None
    smtp_url: str | None
    public_url: str
    egress_allow: tuple[str, ...]
    files: Path
    speed: float
    map_tile_url: str | None
    trusted_proxies: int
    contact_days: int


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` asks for.

    Raises ValueError with one sentence that names the variable when a value cannot be used.
    """
    home = Path(environ.get("GRIDGOV_HOME") or ".gridgov").absolute()
    host = environ.get("GRIDGOV_HOST") or "127.0.0.1"
    port = int(_number(environ, "GRIDGOV_PORT", 8000, 1, 65535))
    return Settings(
        home=home,
        host=host,
        port=port,
        database_url=environ.get("DATABASE_URL") or None,
        redis_url=environ.get("REDIS_URL") or None,
        city=environ.get("GRIDGOV_CITY") or "xuanwei",
        timezone=_zone(environ.get("GRIDGOV_TIMEZONE") or "Asia/Shanghai"),
        secret_key=environ.get("GRIDGOV_SECRET_KEY") or None,
        smtp_url=environ.get("GRIDGOV_SMTP_URL") or None,
        public_url=(environ.get("GRIDGOV_PUBLIC_URL") or f"http://{host}:{port}").rstrip("/"),
        egress_allow=tuple(environ.get("GRIDGOV_EGRESS_ALLOW", "").replace(",", " ").split()),
        files=Path(environ.get("GRIDGOV_FILES") or home / "files").absolute(),
        speed=_number(environ, "GRIDGOV_SPEED", 1.0, 0.001, 1_000_000),
        map_tile_url=environ.get("MAP_TILE_URL") or None,
        trusted_proxies=int(_number(environ, "GRIDGOV_TRUSTED_PROXIES", 0, 0, 10)),
        contact_days=int(_number(environ, "GRIDGOV_CONTACT_DAYS", 180, 30, 3650)),
    )


def _number(environ: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} has to be a number, not {text!r}.") from None
    if not least <= value <= most:
        raise ValueError(f"{name} has to lie between {least:g} and {most:g}, not {text}.")
    return value


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"GRIDGOV_TIMEZONE has to name a time zone such as Asia/Shanghai, not {name!r}.") from None
