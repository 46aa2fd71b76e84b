"""Sizes of files in words; apart from text.py, which the processes that read files load."""

from django.utils.formats import number_format
from django.utils.translation import gettext


def size_of(count: int) -> str:
    """Bytes as people read them: "512 kB", "3.4 MB", "5.4 GB"; "3,4 Mo" in French."""
    if count < 1000:
        return gettext("%(n)s bytes") % {"n": count}
    if round(count / 1e3) < 1000:
        return f"{round(count / 1e3)} {gettext('kB')}"
    if round(count / 1e6, 1) < 1000:
        return f"{number_format(round(count / 1e6, 1), 1)} {gettext('MB')}"
    return f"{number_format(round(count / 1e9, 1), 1)} {gettext('GB')}"
