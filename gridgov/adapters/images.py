"""Photos as they are kept: decoded and encoded anew, upright, bounded, without what the camera wrote beside them.

What a picture hides in EXIF, comments or after its end does not survive: only pixels go through.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image

from gridgov.adapters.image_headers import MOST_WEBP_PIXELS, format_of, require_bearable, webp_size
from gridgov.domain.errors import Invalid, Text

MEDIA_TYPE = "image/jpeg"
FULL_SIDE, THUMB_SIDE, BAND = 2560, 320, 256
FULL_QUALITY, THUMB_QUALITY = 85, 75
ORIENTATION = 0x0112
EMPTY = Text("The file is empty.", "文件为空。")
BROKEN = Text("The image is damaged or cut off.", "图片已损坏或不完整。")
# What Pillow's decoders raise for content that is not what its header says.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError, struct.error, zlib.error)
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pillow would warn at another number; ours is below and holds before anything is decoded (image_headers).
Image.MAX_IMAGE_PIXELS = None
# A photo may take 250 MB while it is decoded: no more than two at a time in one process.
_DECODING = BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo and its thumbnail, JPEG both; `sha256` is that of the bytes that came in."""

    sha256: str
    full: bytes
    thumb: bytes
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """The photo in `data`, as it is to be kept.

    Raises UnsupportedMediaType for what is no JPEG, PNG or WebP, PayloadTooLarge for too many pixels (before they
    are decoded), and Invalid on `file` for an empty, damaged or cut-off file.
    """
    if not data:
        raise Invalid({"file": [EMPTY]})
    kind = format_of(data)
    if kind == "WEBP":
        require_bearable(*webp_size(data), MOST_WEBP_PIXELS)
    with _DECODING:
        try:
            return _read(data, kind)
        except DAMAGED:
            raise Invalid({"file": [BROKEN]}) from None


def _read(data: bytes, kind: str) -> Picture:
    with Image.open(BytesIO(data), formats=(kind,)) as opened:
        require_bearable(*opened.size)
        turned = UPRIGHT.get(_orientation(opened))
        full = _plain(opened)
    if turned is not None:
        full = full.transpose(turned)
    thumb = full.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE))
    digest = hashlib.sha256(data).hexdigest()
    return Picture(digest, _jpeg(full, FULL_QUALITY), _jpeg(thumb, THUMB_QUALITY), full.width, full.height)


def _orientation(image: Image.Image) -> int:
    """How the camera was held; 1 when it does not say, or says it in a way that cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except DAMAGED:
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """The pixels, bounded, on white where they were transparent, without anything that came along with them."""
    if image.has_transparency_data:
        plain = _on_white(image)
    else:
        image.thumbnail((FULL_SIDE, FULL_SIDE), reducing_gap=1)  # a JPEG is decoded at a half, a quarter, an eighth
        plain = image.convert("RGB")
    plain.thumbnail((FULL_SIDE, FULL_SIDE))
    plain.info.clear()
    return plain


def _on_white(image: Image.Image) -> Image.Image:
    """The picture on white, reduced by a whole number; in bands, for a second copy of a large one is too much."""
    factor = max(1, max(image.size) // FULL_SIDE)
    width, height = image.size
    plain = Image.new("RGB", (-(-width // factor), -(-height // factor)), "white")
    for top in range(0, height, BAND * factor):
        band = image.crop((0, top, width, min(top + BAND * factor, height))).convert("RGBA").reduce(factor)
        plain.paste(band, (0, top // factor), mask=band)
    return plain


def _jpeg(image: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()
