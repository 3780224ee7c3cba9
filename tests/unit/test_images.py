"""Photos as they are kept: what is refused and why, and that nothing but pixels goes through."""

import tracemalloc
from io import BytesIO

import pytest
from PIL import Image

from gridgov.adapters.image_headers import LONGEST_SIDE, webp_size
from gridgov.adapters.images import FULL_SIDE, THUMB_SIDE, read_picture
from gridgov.domain.errors import GridgovError, Invalid, PayloadTooLarge, UnsupportedMediaType
from tests.photos import COMMENT, flat_png, photo

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def opened(data: bytes) -> Image.Image:
    """The picture in `data`, decoded."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_jpeg_with_a_thumbnail(kind: str) -> None:
    picture = read_picture(photo(800, 600, kind))
    full, thumb = opened(picture.full), opened(picture.thumb)
    assert (full.format, full.size) == ("JPEG", (picture.width, picture.height)) == ("JPEG", (800, 600))
    assert thumb.size == (THUMB_SIDE, 240)


def test_the_longest_side_is_bounded() -> None:
    picture = read_picture(photo(5000, 2500))
    assert (picture.width, picture.height) == (FULL_SIDE, FULL_SIDE // 2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_camera_and_comments_are_gone(kind: str) -> None:
    sent = photo(kind=kind)
    assert b"Exif" in sent or b"eXIf" in sent or b"EXIF" in sent
    picture = read_picture(sent)
    for kept in (picture.full, picture.thumb):
        image = opened(kept)
        assert dict(image.getexif()) == {}
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
        assert b"Exif" not in kept
        assert COMMENT not in kept


def test_what_stands_behind_the_end_of_a_photo_does_not_survive() -> None:
    assert b"<script>" not in read_picture(photo() + b"<script>alert(1)</script>").full


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [(1, (40, 30), (5, 5)), (3, (40, 30), (35, 25)), (6, (30, 40), (25, 5)), (8, (30, 40), (5, 35))],
)
def test_a_photo_is_kept_upright(orientation: int, size: tuple[int, int], red: tuple[int, int]) -> None:
    full = opened(read_picture(photo(orientation=orientation)).full)
    assert full.size == size
    pixel = full.getpixel(red)
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200
    assert pixel[1] < 90


def test_a_large_picture_with_transparency_keeps_its_place_and_colours() -> None:
    large = Image.new("RGBA", (5_200, 2_700), (0, 0, 255, 255))
    large.paste((0, 0, 0, 0), (0, 1_350, 5_200, 2_700))
    written = BytesIO()
    large.save(written, "PNG", compress_level=1)
    full = opened(read_picture(written.getvalue()).full)
    assert full.size == (FULL_SIDE, 1_329)
    (blue, white) = (full.getpixel((1_280, y)) for y in (600, 700))
    assert isinstance(blue, tuple)
    assert blue[0] < 20
    assert blue[2] > 230
    assert white == (255, 255, 255)


def test_what_is_transparent_becomes_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(written, "PNG")
    assert opened(read_picture(written.getvalue()).full).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (SVG, "SVG"),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", "SVG"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "HEIC"),
        (b"GIF89a/*<script>*/", "GIF"),
        (b"PK\x03\x04" + b"\0" * 30, "ZIP"),
        (b"MZ\x90\x00", "not an image"),
    ],
)
def test_what_is_no_photo_is_named(data: bytes, says: str) -> None:
    with pytest.raises(UnsupportedMediaType, match=says) as refused:
        read_picture(data)
    assert refused.value.sentence.zh != str(refused.value.sentence)
    assert "JPEG" in refused.value.sentence.zh


def test_sixty_megapixels_are_refused_before_they_are_decoded() -> None:
    bomb = flat_png(10_000, 6_000)
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(PayloadTooLarge, match="10000 × 6000"):
        read_picture(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_long_strip_is_refused_by_its_side() -> None:
    with pytest.raises(PayloadTooLarge):
        read_picture(flat_png(LONGEST_SIDE + 1, 1))


@pytest.mark.parametrize(
    "head",
    [
        b"VP8X\x0a\0\0\0" + b"\0" * 4 + b"\xff\x3f\0" * 2,
        b"VP8L\x0a\0\0\0\x2f" + ((16383 << 14) | 16383).to_bytes(4, "little"),
        b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a" + b"\xff\x3f\xff\x3f",
    ],
)
def test_a_webp_is_measured_before_its_decoder_sees_it(head: bytes) -> None:
    data = b"RIFF\0\0\0\0WEBP" + head
    assert min(webp_size(data)) >= 16383
    with pytest.raises(PayloadTooLarge):
        read_picture(data)


@pytest.mark.parametrize("lossless", [True, False])
def test_the_size_of_a_webp_is_read_as_its_decoder_reads_it(lossless: bool) -> None:
    written = BytesIO()
    Image.new("RGB", (123, 45)).save(written, "WEBP", lossless=lossless)
    assert webp_size(written.getvalue()) == (123, 45)
    assert webp_size(photo(123, 45, "WEBP")) == (123, 45)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_cut_off_or_empty_file_is_refused(kind: str) -> None:
    whole = photo(400, 300, kind)
    for length in (0, 3, 12, 20, 40, len(whole) // 2, len(whole) - 200):
        with pytest.raises(GridgovError) as refused:
            read_picture(whole[:length])
        assert isinstance(refused.value, Invalid | UnsupportedMediaType)


def test_bytes_that_only_begin_like_a_photo_are_refused() -> None:
    for magic in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 "):
        with pytest.raises(Invalid, match="damaged"):
            read_picture(magic + bytes(range(256)) * 4)
