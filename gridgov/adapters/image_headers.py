"""What a file is and how many pixels it would take, read from its first bytes: nothing is decoded here."""

from gridgov.domain.errors import PayloadTooLarge, Text, UnsupportedMediaType

MOST_PIXELS = 40_000_000
MOST_WEBP_PIXELS = 15_000_000
"""A WebP decoder holds the picture three or four times."""
LONGEST_SIDE = 20_000

KNOWN = {
    b"%PDF-": Text("This is a PDF, not a photo.", "这是 PDF 文件，不是照片。"),
    b"GIF8": Text("GIF is not taken.", "不接受 GIF 图片。"),
    b"PK\x03\x04": Text("This is a ZIP or Office file, not a photo.", "这是压缩包或 Office 文件，不是照片。"),
}
SVG = Text("SVG is a program rather than a photo and is not taken.", "SVG 可携带程序代码，不予接收。")
HEIC = Text("HEIC is not taken; have the phone send JPEG.", "不接受 HEIC，请在手机上改用 JPEG（兼容性最佳）。")
OTHER = Text("This is not an image that is known here.", "无法识别的图片格式。")
WANTED = Text("Send a JPEG, PNG or WebP photo.", "请上传 JPEG、PNG 或 WebP 照片。")


def format_of(data: bytes) -> str:
    """JPEG, PNG or WEBP by the content, whatever the name or header says.

    Raises UnsupportedMediaType with what it seems to be instead.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    seems = _seems(data)
    raise UnsupportedMediaType(f"{seems} {WANTED}", f"{seems.zh}{WANTED.zh}")


def _seems(data: bytes) -> Text:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head or head.startswith((b"<?xml", b"<!doctype")):
        return SVG
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"}:
        return HEIC
    return next((sentence for magic, sentence in KNOWN.items() if data.startswith(magic)), OTHER)


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of a WebP's canvas, which its decoder would reserve at once; (0, 0) when it does not say.

    RFC 9649: VP8X at byte 24, VP8L at 21, VP8 at 26.
    """
    kind, head = data[12:16], data[:30].ljust(30, b"\0")
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return 0, 0


def require_bearable(width: int, height: int, most: int = MOST_PIXELS) -> None:
    """Nothing for a photo of up to `most` pixels; raises PayloadTooLarge for what would fill the memory."""
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise PayloadTooLarge(
            f"The image has {width} × {height} pixels; at most {most:,}, and {LONGEST_SIDE:,} on a side, are taken.",
            f"图片为 {width} × {height} 像素；总像素不得超过 {most // 10_000} 万，单边不得超过 {LONGEST_SIDE}。",
        )
