"""The tags of a PDF, read from its structure."""

import pikepdf


def elements(node):
    """Every structure element below a node, in order."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        if "/K" in node:
            yield from elements(node.K)
