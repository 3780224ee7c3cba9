"""The one picture by which the demonstration proves its work: drawn here, of nothing and nobody."""

from io import BytesIO

from PIL import Image, ImageDraw


def demonstration_photo() -> bytes:
    """A small JPEG of a clean yard, always the same bytes for the same Pillow."""
    image = Image.new("RGB", (640, 480), (176, 196, 222))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 300, 640, 480), fill=(150, 150, 145))
    pen.rectangle((90, 120, 300, 300), fill=(205, 170, 125))
    pen.ellipse((420, 170, 560, 310), fill=(86, 130, 80))
    written = BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()
