"""Spaces that a person would call a slip of the pen, as a page shows them."""

import re

_READ = """() => {
  const lines = [];
  let line = "";
  const end = () => { lines.push(line); line = ""; };
  const read = (node, isItem) => {
    if (node.nodeType === Node.TEXT_NODE) { line += node.data; return; }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden") return;
    if (node.matches("script, style, svg, img, input, select, textarea, pre, code")) {
      line += "\\ufffc";
      return;
    }
    const isFlex = style.display.endsWith("flex");
    const isRow = isFlex && !style.flexDirection.startsWith("column");
    const isApart = isRow && parseFloat(style.columnGap) > 0;
    const isOut = ["absolute", "fixed"].includes(style.position);
    const isInline = isItem || isOut || /^(inline|contents)/.test(style.display);
    if (!isInline) end();
    for (const child of node.childNodes) {
      const isBlank = child.nodeType === Node.TEXT_NODE && !child.data.trim();
      const isBeside = child.nodeType === Node.ELEMENT_NODE
        && ["absolute", "fixed"].includes(getComputedStyle(child).position);
      if (isApart && !isBlank && !isBeside) line += " ";
      read(child, isRow);
    }
    if (!isInline) end();
  };
  read(document.body, false);
  end();
  return lines.map((one) => one.replace(/[ \\t\\r\\n]+/g, " "));
}"""
_STRAY = r".{0,40}(?: [,.;:!?)](?=[ \ufffc]|$)|\( ).{0,30}"


def stray_spaces(page):
    """Where a space stands before a comma, a full stop or a closing bracket, or after an
    opening one; the gap between items of a row counts, what nobody sees does not.
    """
    found = [re.search(_STRAY, line) for line in page.evaluate(_READ)]
    return [f"{page.url} stray space: {one[0]}" for one in found if one]
