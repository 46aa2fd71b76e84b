"""Words of screens, mails, messages, documents and docstrings: English that says who acts."""

import ast
import re
from functools import cache

from tests.test_house import MODULES, ROOT, here

SCREENS = sorted(path for ending in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{ending}"))
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    ROOT / "compliance" / "README.md",
    ROOT / "seeds" / "README.md",
]
FREE_RELATIVE = re.compile(r"(What|Who|Whom|Whoever|Whatever|Whose|Which|Whichever)\b")
WITHIN_A_LINE = r"a|abbr|b|bdi|code|em|i|kbd|span|strong|time"


def sentences(text):
    """Sentences, headings and labels of at least three words; code counts as a word."""
    text = re.sub(r"`[^`]*`", "X", text)
    for part in re.split(r"\n\s*\n|\n\s*(?:[-*|]|\d+\.) ", text):
        for one in re.split(r"(?<=[.:!?;])\s+(?=[A-Z])", " ".join(part.split())):
            if len(one.split()) > 2:
                yield one.lstrip('#*_“"( ')


def screens():
    """The text between the tags of a template, and that of its attributes."""
    for path in SCREENS:
        text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text())
        text = re.sub(r"{{.*?}}", "X", text, flags=re.DOTALL)
        for quoted in re.findall(r"=[\"']([A-Z][^\"'{}<>]* [^\"'{}<>]*)[\"']", text):
            yield here(path), quoted
        text = re.sub(r'{% translate "([^"]+)"[^%]*%}', r"\1", text)
        text = re.sub(r"{%.*?%}", " ", text, flags=re.DOTALL)
        text = re.sub(rf"</?(?:{WITHIN_A_LINE})\b[^>]*>", " ", text)
        yield here(path), re.sub(r"<[^>]*>", "\n\n", text)


def documents():
    for path in PAGES:
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        yield here(path), re.sub(r"\s*\|\s*", "\n\n", text)


@cache
def literals():
    """Docstrings, and all other strings of the code: (whether it is one, module, text)."""
    found = []
    for path in MODULES:
        inner = set()  # pieces of a formatted string, and docstrings
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Expr(value=ast.Constant(value=str() as text) as statement):
                    inner.add(statement)
                    found.append((True, here(path), text))
                case ast.JoinedStr(values=values):
                    inner.update(values)
                    said = [getattr(value, "value", "") for value in values]
                    texts = [one if isinstance(one, str) else "X" for one in said]
                    found.append((False, here(path), "".join(texts)))
                case ast.Constant(value=str() as text) if node not in inner:
                    found.append((False, here(path), text))
    return found


def refuse_free_relatives(texts, *, least):
    """No more than one sentence in 200 has "What ..." or "Who ..." as its subject."""
    said = [(at, one) for at, text in texts for one in sentences(text)]
    found = [f"{at}: {one[:80]}" for at, one in said if FREE_RELATIVE.match(one) and "?" not in one]
    assert len(said) > least
    assert len(found) < len(said) / 200, found


def test_screens_and_mails_say_who_acts():
    refuse_free_relatives(screens(), least=2000)


def test_messages_say_who_acts():
    texts = ((at, text) for is_doc, at, text in literals() if not is_doc)
    refuse_free_relatives(texts, least=2000)


def test_documents_say_who_acts():
    refuse_free_relatives(documents(), least=3000)


def test_docstrings_say_who_acts():
    texts = ((at, text) for is_doc, at, text in literals() if is_doc)
    refuse_free_relatives(texts, least=5000)
