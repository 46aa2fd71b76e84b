"""The Markdown of OSCAL's JSON as the elements of its XML. Pure.

CommonMark with tables, and what OSCAL adds: "q" in straight quotes, ~sub~, ^sup^ and
inserted parameters. ``_x_`` is "i" and ``*x*`` is "em", so that both go back.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to load, and most texts need no parser
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

INSERT = re.compile(r"\{\{\s*insert:\s*([\w-]+),\s*([\w.\-]+)\s*\}\}")
_MAYBE = re.compile(r"[*_`~^\"\\\[{\n]|^\s*[-+>#|\d]")
_MARKED = re.compile(r"[*_`~^\"\\\[\n]|^\s*([-+>#|]|\d)")
"""Starts of a paragraph that may be more than words."""
MOST = 100_000
"""Characters that are parsed; a longer text goes out as it is written."""
_FAR = 4_000
"""How many characters lie at most between a quote, "~" or "^" and the one that ends it."""
_NEXT = re.compile(r"[*_`~^\"\\\[\]!{\n]")
_AROUND = {'"': "q", "~": "sub", "^": "sup"}
_PLAIN = {"list_item": "li", "bullet_list": "ul", "ordered_list": "ol"}
_SAME = {"blockquote", "table", "tr", "th", "td"}


def is_plain(text: str) -> bool:
    """Whether a text is paragraphs of words and parameters, and no markup at all."""
    if not _MAYBE.search(text):
        return True
    parts = INSERT.sub("", text).split("\n\n")
    return not any(map(_MARKED.search, parts))


def words(text: str) -> str:
    """A text of one line without its marks, for where nothing but words is shown."""
    if not _MARKED.search(text):
        return text
    for found, kept in _MARKS:
        text = found.sub(kept, text)
    return text


_MARKS = (
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)"), r"\1"),
    (re.compile(r"(?<![\\*])(\*{1,3})(?=[^\s*])([^*]*[^\s*\\])\1(?!\*)"), r"\2"),
    (re.compile(r"(?<![\\\w])(_{1,3})(?=[^\s_])([^_]*[^\s_\\])\1(?!\w)"), r"\2"),
    (re.compile(r"(?<!\\)`([^`]+)`"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)


def paragraphs(text: str) -> str:
    """Prose as block elements."""
    if is_plain(text) or len(text) > MOST:
        parts = (part.strip() for part in re.split(r"\n\s*\n", text))
        return "".join(f"<p>{_words(part)}</p>" for part in parts if part)
    return _blocks(_parser().parse(text))


def line(text: str) -> str:
    """Text of one line as inline elements."""
    if is_plain(text) or len(text) > MOST:
        return _words(text)
    return _inline(_parser().parseInline(text)[0].children or [])


def _words(text: str) -> str:
    whole = escape(text, quote=False).replace("\r", "&#13;").replace("\n", "<br/>")
    return INSERT.sub(r'<insert type="\1" id-ref="\2"/>', whole)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow, and for markup only

    parser = MarkdownIt("zero", {"html": False, "maxNesting": 60}).enable(
        ["list", "fence", "heading", "table", "blockquote", "hr", "emphasis", "link"]
    )
    parser.enable(["image", "backticks", "escape", "newline"])
    parser.inline.ruler.before("emphasis", "oscal", _own)
    # an address goes out as it came in; it is a reader of OSCAL that follows it
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.inline.ruler.at("text", _text)
    return parser


def _text(state: "StateInline", silent: bool) -> bool:
    """Words up to the next character that may be more; the parser's own passes quotes."""
    found = _NEXT.search(state.src, state.pos, state.posMax)
    end = found.start() if found else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _own(state: "StateInline", silent: bool) -> bool:
    """Additions of OSCAL to Markdown."""
    begin, mark = state.pos, state.src[state.pos]
    if mark == "{" and (found := INSERT.match(state.src, begin)):
        if not silent:
            state.push("insert", "", 0).meta = {"type": found[1], "id-ref": found[2]}
        state.pos = found.end()
        return True
    name = _AROUND.get(mark)
    end = _end(state.src, begin, state.posMax) if name else -1
    if not name or end < 0:
        return False
    if not silent:
        most = state.posMax
        state.push("around_open", name, 1)
        state.pos, state.posMax = begin + 1, end
        state.md.inline.tokenize(state)
        state.push("around_close", name, -1)
        state.posMax = most
    state.pos = end + 1
    return True


def _end(text: str, begin: int, most: int) -> int:
    """Where what is opened here is closed again, or -1."""
    mark = text[begin]
    if begin + 1 >= most or text[begin + 1].isspace():
        return -1
    if mark == '"' and begin and text[begin - 1].isalnum():
        return -1
    closes = re.compile(rf"(?<=[^\s\\])(?:\\\\)*{re.escape(mark)}" + (r"(?!\w)" if mark == '"' else ""))
    found = closes.search(text, begin + 1, min(most, begin + _FAR))
    return found.end() - 1 if found and found.end() - 1 > begin + 1 else -1


def _blocks(tokens: Sequence["Token"]) -> str:
    found: list[str] = []
    for token in tokens:
        name, _, side = token.type.rpartition("_")
        if token.type == "inline":
            found.append(_inline(token.children or []))
        elif token.type == "fence":
            text = escape(token.content.removesuffix("\n"), quote=False)
            found.append(f"<pre>{text}</pre>")
        elif token.type == "hr":
            found.append("<hr/>")
        elif name in {"paragraph", "heading"}:
            found.append("" if token.hidden else _tag(token.tag, side))
        elif name in _PLAIN:
            found.append(_tag(_PLAIN[name], side))
        elif name in _SAME:
            found.append(_tag(name, side))
    return re.sub(r"<table><tr>(<th></th>)+</tr>", "<table>", "".join(found))


def _tag(name: str, side: str) -> str:
    return f"</{name}>" if side == "close" else f"<{name}>"


def _inline(tokens: Sequence["Token"]) -> str:
    found: list[str] = []
    for token in tokens:
        name, _, side = token.type.rpartition("_")
        if name in {"em", "strong"} and token.markup.startswith("_"):
            found.append(_tag({"em": "i", "strong": "b"}[name], side))
        elif name in {"em", "strong", "around"}:
            found.append(_tag(token.tag, side))
        elif name == "link":
            opened = f"<a href={_quoted(token.attrs.get('href'))}>"
            found.append(opened if side == "open" else "</a>")
        else:
            found.append(_single(token))
    return "".join(found)


def _single(token: "Token") -> str:
    if token.type == "insert":
        return f'<insert type="{token.meta["type"]}" id-ref="{token.meta["id-ref"]}"/>'
    if token.type == "image":
        return f"<img alt={_quoted(token.content)} src={_quoted(token.attrs.get('src'))}/>"
    if token.type in {"softbreak", "hardbreak"}:
        return "<br/>"
    text = escape(token.content, quote=False).replace("\r", "&#13;")
    return f"<code>{text}</code>" if token.type == "code_inline" else text


def _quoted(value: object) -> str:
    return '"' + escape(str(value or ""), quote=False).replace('"', "&quot;") + '"'
