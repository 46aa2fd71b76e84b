"""Reading pages in tests, whatever their layout, and the output of a check."""

import io
import re

from django.core.management import CommandError, call_command


def flat(html):
    """The HTML with every run of white space as one space, none at the rim of tags."""
    html = re.sub(r"\s+", " ", html)
    return re.sub(r" ?(<[^>]*?) ?> ?", r"\1>", html)


def verified():
    """The output of ``verify_trail``, its complaint at the end included."""
    out = io.StringIO()
    try:
        call_command("verify_trail", stdout=out, stderr=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()
