"""A picture to a small PNG, in a process of its own (``sandbox/child.py``).

Nothing else in the file is kept: no colour profile, comment, place or other frame.
Transparent parts become white, as PDF/A-3 pages are. It reads the picture from standard
input and writes the PNG, or nothing where the file is no picture that it reads.
"""

import io
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from compliance.ground.pictures.greys import in_bytes

WIDTH, HEIGHT = 600, 160
"""Pixels that a logo has at most: 50 mm at 300 to the inch."""
MOST_PIXELS = 16_000_000
FORMATS = ("PNG", "JPEG")


def main(_arguments: list[str]) -> None:
    """Write the picture that the standard input holds anew."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        found = written(sys.stdin.buffer.read())
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning):
        found = b""
    sys.stdout.buffer.write(found)


def written(content: bytes) -> bytes:
    """The picture as a PNG in red, green and blue; b"" for one that is too large."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return b""
        clear = in_bytes(ImageOps.exif_transpose(picture)).convert("RGBA")
    clear.thumbnail((WIDTH, HEIGHT))
    page = Image.new("RGB", clear.size, "white")
    page.paste(clear, mask=clear.getchannel("A"))
    out = io.BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()
