"""No space before a comma or a full stop, as a tag of a template leaves it."""

import re

from django.conf import settings

BEFORE = re.compile(
    r"{% include [^%]*%}[,.;:]"  # a file ends with a line break
    r"|(?:}}|>|endif %}|endfor %})\s+{% if [^%]*%}[,.;:]"
    r"|(?:}}|>|[a-z])\s+[,.;:](?=\s)"
)


def test_no_template_leaves_a_space_before_a_mark():
    (folder,) = settings.TEMPLATES[0]["DIRS"]
    files = sorted(folder.rglob("*.html"))
    found = [
        f"{path.relative_to(folder)}: {match[0]}"
        for path in files
        for match in BEFORE.finditer(path.read_text())
    ]
    assert found == []
    assert len(files) > 300
