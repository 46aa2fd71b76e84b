"""Applicability rules: read, evaluated, and said in words. Pure.

A rule is a mapping, as in ``seeds/README.md``. Evaluation has three values: a fact
that is not known yet leaves a rule open (Kleene's logic), and an open rule keeps
its question in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Facts = Mapping[str, list[str] | None]
"""Fact key to the keys chosen; an empty list is "none of them", None "not known"."""


class Sure(list[str]):
    """Choices of a fact that are sure while others may hold, too: only those in ``maybe``,
    or any other one without it."""

    def __init__(self, chosen: Iterable[str], maybe: frozenset[str] | None = None) -> None:
        super().__init__(chosen)
        self.maybe = maybe

    def may_hold(self, choices: Iterable[str]) -> bool:
        """Whether one of these choices may hold though none is sure."""
        return self.maybe is None or not self.maybe.isdisjoint(choices)


MOST_DEPTH = 12
"""So many times a rule may hold another one: all, any and not each count."""
YESNO = {"yes": "Yes", "no": "No"}
"""Answers to a fact without choices."""


class RuleError(ValueError):
    """A rule that cannot be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class FactWords:
    """How a fact and its choices are called in printed reasons."""

    label: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether a question applies; ``reason`` is empty when nothing had to be decided."""

    applies: bool
    is_open: bool
    reason: str
    facts: tuple[str, ...]


def check(rule: Any, known: Mapping[str, set[str]], depth: int = 0) -> None:
    """Raise ``RuleError`` unless the rule uses only known facts and choices."""
    if depth > MOST_DEPTH:
        msg = f"its groups are nested more than {MOST_DEPTH} deep"
        raise RuleError(msg)
    if not isinstance(rule, dict) or not rule:
        msg = f"a rule is a mapping with at least one key, not {rule!r}"
        raise RuleError(msg)
    for key, value in rule.items():
        if key in {"all", "any"}:
            _check_parts(key, value, known, depth + 1)
        elif key == "not":
            check(value, known, depth + 1)
        else:
            _check_fact(key, _values(value), known)


def fault_of(rule: Any, known: Mapping[str, set[str]]) -> str:
    """The fault that ``check`` finds in a rule, in words; "" where there is none."""
    try:
        check(rule, known)
    except RuleError as fault:
        return str(fault)
    except TypeError:
        return "a fact takes a choice or a list of choices"
    return ""


def choice_words(choices: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    """Key and label of what answers a fact: its choices, or yes and no."""
    return {choice["key"]: choice["label"] for choice in choices} or YESNO


def _check_parts(key: str, parts: Any, known: Mapping[str, set[str]], depth: int) -> None:
    if not isinstance(parts, list) or not parts:
        msg = f"{key} takes a list of rules"
        raise RuleError(msg)
    for part in parts:
        check(part, known, depth)


def _check_fact(key: str, values: list[str], known: Mapping[str, set[str]]) -> None:
    if key not in known:
        msg = f"unknown fact {key!r}; known are {', '.join(sorted(known))}"
        raise RuleError(msg)
    if not values:
        msg = f"fact {key!r} needs at least one choice"
        raise RuleError(msg)
    if unknown := [v for v in values if not isinstance(v, str) or v not in known[key]]:
        msg = f"fact {key!r} has no choice {unknown[0]!r}"
        raise RuleError(msg)


def holds(rule: dict[str, Any] | None, facts: Facts) -> bool | None:
    """True, False, or None while a fact is missing that could decide it."""
    if rule is None:
        return True
    return _all(_part(key, value, facts) for key, value in rule.items())


def _part(key: str, value: Any, facts: Facts) -> bool | None:
    if key == "all":
        return _all(holds(part, facts) for part in value)
    if key == "any":
        return _any(holds(part, facts) for part in value)
    if key == "not":
        inner = holds(value, facts)
        return None if inner is None else not inner
    chosen, wanted = facts.get(key), _values(value)
    if chosen is None:
        return None
    if not set(chosen).isdisjoint(wanted):
        return True
    is_open = isinstance(chosen, Sure) and chosen.may_hold(wanted)
    return None if is_open else False


def _all(values: Iterator[bool | None]) -> bool | None:
    seen = list(values)
    if False in seen:
        return False
    return None if None in seen else True


def _any(values: Iterator[bool | None]) -> bool | None:
    seen = list(values)
    if True in seen:
        return True
    return None if None in seen else False


def _values(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def uses(rule: dict[str, Any] | None) -> tuple[str, ...]:
    """Keys of the facts a rule looks at, each once, in the order of the rule."""
    return tuple(named(rule))


def named(rule: dict[str, Any] | None) -> dict[str, set[str]]:
    """The choices that a rule looks at, by fact, in the order of the rule."""
    found: dict[str, set[str]] = {}
    for key, value in (rule or {}).items():
        if key in {"all", "any", "not"}:
            for part in [value] if key == "not" else value:
                for fact, choices in named(part).items():
                    found.setdefault(fact, set()).update(choices)
        else:
            found.setdefault(key, set()).update(_values(value))
    return found


def sentence(rule: dict[str, Any], words: Mapping[str, FactWords], _: Callable[[str], str] = str) -> str:
    """The rule in words: "Transfers is An adequacy decision or …".

    ``_`` says the words between those of the facts in another language.
    """
    joint = f" {_('and')} "
    return joint.join(_clause(key, value, words, _) for key, value in rule.items())


def _clause(key: str, value: Any, words: Mapping[str, FactWords], _: Callable[[str], str]) -> str:
    if key in {"all", "any"}:
        joint = f" {_('and')} " if key == "all" else f" {_('or')} "
        return "(" + joint.join(sentence(part, words, _) for part in value) + ")"
    if key == "not":
        inner = sentence(value, words, _)
        has_brackets = len(value) == 1 and not value.keys().isdisjoint({"all", "any"})
        pattern = _("not %(rule)s") if has_brackets else _("not (%(rule)s)")
        return pattern % {"rule": inner}
    fact = words[key]
    quoted = [_("“%(text)s”") % {"text": fact.choices.get(v, v)} for v in _values(value)]
    choices = f" {_('or')} ".join(quoted)
    return _("%(fact)s is %(choices)s") % {"fact": fact.label, "choices": choices}


def answered(
    key: str,
    facts: Facts,
    words: Mapping[str, FactWords],
    _: Callable[[str], str] = str,
) -> str:
    """The answer to a fact, in words; ``_`` as in ``sentence``."""
    fact, chosen = words[key], facts.get(key)
    if chosen is None:
        return _("not known yet")
    if not chosen:
        return _("none of them")
    return ", ".join(_("“%(text)s”") % {"text": fact.choices.get(c, c)} for c in chosen)


def bound(binds: list[str], role_fact: str) -> dict[str, Any] | None:
    """The rule that a question binds only those roles; None when it binds all."""
    return {role_fact: binds} if binds and role_fact else None


def applicability(
    rule: dict[str, Any] | None,
    binds: list[str],
    role_fact: str,
    facts: Facts,
    words: Mapping[str, FactWords],
    _: Callable[[str], str] = str,
    *,
    is_stopped: bool = False,
) -> Applicability:
    """Whether a question applies, with the rule and the facts as its reason.

    ``is_stopped`` says that something else keeps it out, so that the reason says "would".
    ``_`` as in ``sentence``.
    """
    parts = [part for part in (bound(binds, role_fact), rule) if part]
    values = [(part, holds(part, facts)) for part in parts]
    deciding = [part for part, value in values if value is False]
    missing = [part for part, value in values if value is None]
    shown = deciding or missing or parts
    names = tuple(dict.fromkeys(key for part in shown for key in uses(part)))
    if not names:
        return Applicability(applies=True, is_open=False, reason="", facts=())
    said = {
        "facts": "; ".join(f"{words[key].label}: {answered(key, facts, words, _)}" for key in names),
        "rule": f" {_('and')} ".join(sentence(part, words, _) for part in shown),
    }
    if deciding:
        reason = _("Applies only when %(rule)s. %(facts)s.") % said
    elif missing:
        reason = _("Kept in until it is known whether %(rule)s. %(facts)s.") % said
    elif is_stopped:
        reason = _("Would apply by these facts. %(facts)s.") % said
    else:
        reason = _("Applies by these facts. %(facts)s.") % said
    return Applicability(not deciding, bool(missing) and not deciding, reason, names)


def starts_on(dates: list[dict[str, Any]], facts: Facts) -> date | None:
    """The day a duty begins to bind: the first entry whose ``when`` does not fail."""
    for entry in dates:
        if holds(entry.get("when"), facts) is not False:
            return date.fromisoformat(entry["date"])
    return None
