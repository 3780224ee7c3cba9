"""Pictures for tests, made on the spot: small real photos, and files that are none."""

import struct
import zlib
from io import BytesIO

from PIL import Image

GPS, ORIENTATION, COMMENT = 0x8825, 0x0112, b"made at 26.21 N 104.10 E"


def photo(width: int = 40, height: int = 30, kind: str = "JPEG", color: str = "teal", orientation: int = 1) -> bytes:
    """A photo with GPS and a comment in it, the upper left quarter red."""
    image = Image.new("RGB", (width, height), color)
    image.paste("red", (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[GPS] = {1: "N", 2: (26.0, 12.0, 36.0), 3: "E", 4: (104.0, 6.0, 0.0)}
    written = BytesIO()
    image.save(written, kind, quality=95, exif=exif, comment=COMMENT)
    return written.getvalue()


def flat_png(width: int, height: int) -> bytes:
    """A black PNG of any size that takes a few kilobytes: what a decompression bomb looks like."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
