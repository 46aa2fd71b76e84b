"""The versions of a piece of evidence, in their order. Pure."""

from collections.abc import Hashable, Iterable


def chain_of[K: Hashable](one: K, links: Iterable[tuple[K, K]]) -> list[K]:
    """All versions, oldest first, of which ``one`` is some; ``links`` are (new, old)."""
    older = dict(links)
    newer = {old: new for new, old in older.items()}
    first = one
    for _ in older:
        if first not in older:
            break
        first = older[first]
    chain = [first]
    while (after := newer.get(chain[-1])) is not None and after != first:
        chain.append(after)
    return chain
