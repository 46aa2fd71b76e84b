"""Greys of 16 bits in a picture. Apart, since logos are read without the rest."""

from typing import Any


def in_bytes(picture: Any) -> Any:
    """A picture of Pillow with its greys of 16 bits as such of 8, any other as it is.

    Converting them would cut all but the darkest to white.
    """
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda grey: grey / 256).convert("L")
