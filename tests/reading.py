"""Reading pages in tests, whatever their layout."""

import re


def flat(html):
    """The HTML with every run of white space as one space, none at the rim of tags."""
    html = re.sub(r"\s+", " ", html)
    return re.sub(r" ?(<[^>]*?) ?> ?", r"\1>", html)
