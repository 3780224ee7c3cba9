"""QR codes as SVG: one alone, and a sheet of paper to hang up. What a code says is decided elsewhere."""

from html import escape
from io import BytesIO

import segno

# A quarter of the picture may be torn or dirty and it is still read.
CORRECTION = "q"
BORDER = 4
WIDTH, HEIGHT, SIDE = 210, 297, 120


def qr_svg(content: str) -> str:
    """`content` as an SVG document that scales."""
    return _drawn(content, scale=8, xmldecl=True)


def sheet_svg(content: str, headings: tuple[str, ...], lines: tuple[str, ...]) -> str:
    """An A4 sheet: headings, the code of 12 cm, lines under it; everything a reader needs when no camera is at hand."""
    side = segno.make(content, error=CORRECTION, micro=False).symbol_size(border=BORDER)[0]
    picture = _drawn(content, scale=1, xmldecl=False, svgns=False)
    x, factor = (WIDTH - SIDE) / 2, SIDE / side
    texts = [
        *_texts(headings, top=42, size=10, step=14),
        f'<g transform="translate({x:g} 66) scale({factor:.4f})">{picture}</g>',
        *_texts(lines, top=66 + SIDE + 14, size=6, step=10),
    ]
    size = f'width="{WIDTH}mm" height="{HEIGHT}mm" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" text-anchor="middle">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n' + "\n".join(texts) + "\n</svg>\n"
    )


def _drawn(content: str, scale: int, xmldecl: bool, svgns: bool = True) -> str:
    out = BytesIO()
    code = segno.make(content, error=CORRECTION, micro=False)
    code.save(out, kind="svg", scale=scale, border=BORDER, xmldecl=xmldecl, svgns=svgns, light="#fff", nl=False)
    return out.getvalue().decode()


def _texts(lines: tuple[str, ...], top: int, size: int, step: int) -> list[str]:
    return [
        f'<text x="{WIDTH / 2:g}" y="{top + index * step}" font-size="{size}">{escape(line)}</text>'
        for index, line in enumerate(lines)
    ]
