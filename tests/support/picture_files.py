"""Small files that pictures are drawn of."""

import io

import pikepdf
from PIL import Image


def pdf(*chapters, title="", size=(595, 842)):
    """A PDF with a page for each chapter, "" for one that has no bookmark."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in chapters or ("",):
            made.add_blank_page(page_size=size)
        with made.open_outline() as outline:
            for page, chapter in enumerate(chapters):
                if chapter:
                    outline.root.append(pikepdf.OutlineItem(chapter, page))
        made.docinfo["/Title"] = title
        made.save(out)
    return out.getvalue()


def photo(width=40, height=30, form="PNG", colour="red", mode="RGB"):
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, form)
    return out.getvalue()


def opened(picture):
    """A picture as Pillow reads it."""
    return Image.open(io.BytesIO(picture))
