"""Whether what decides applicability can be relied on: rules, facts, gates, examples. Pure.

Each fault is a path in a document of ``content.document`` and a reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from math import prod
from typing import Any

from compliance.content.applicability import gates as gates_of
from compliance.content.applicability import implied, rules, simulator
from compliance.content.applicability.choices import Effect, FactKind
from compliance.content.checklists import scales, succession
from compliance.content.checklists.rating import repeated
from compliance.content.checklists.scales import Fault, Path

Document = Mapping[str, Any]
Known = Mapping[str, set[str]]
MOST_CASES = 5000
"""Beyond so many combinations of facts nobody says that a rule can never hold."""
NEVER = "no answer to the facts makes it hold"
NEVER_APPLIES = "no answer to the facts makes it apply"


def faults(document: Document) -> list[Fault]:
    """All that is unsound; examples are run only when everything else is sound."""
    known = choices_of(document["facts"])
    found = [
        *broken(document),
        *ambiguous(document),
        *dangling(document),
        *_questions(document, known),
    ]
    return found or list(differences(document))


def broken(document: Document) -> list[Fault]:
    """Faults that even a draft may not have: its applicability could not be worked out."""
    known = choices_of(document["facts"])
    return [
        *_implied(document, known),
        *_gates(document, known),
        *_essentials(document, known),
        *scales.faults(document),
        *succession.faults(document),
        *_organisations(document, known),
    ]


def ambiguous(document: Document) -> list[Fault]:
    """Faults of new editions that older ones, published before they were refused, may have.

    A content, which is signed and reported, holds the words of an answer and no key; a
    question that stands on a scale twice would count twice. Readers of such editions
    say which counts: ``rating.by_label`` and ``scales.scales_of``.
    """
    offered = [
        *((("facts", at), fact) for at, fact in enumerate(document["facts"])),
        *_placed(document),
    ]
    alike = [
        ((*path, "choices"), f"two choices read “{label}”")
        for path, part in offered
        if (label := repeated(one["label"] for one in part.get("choices") or ()))
    ]
    return [*alike, *scales.repeats(document)]


def refused(document: Document) -> list[Fault]:
    """Faults that no change of facts, gates or examples may add to a draft."""
    rested = [
        ((*path, "rule"), f"{question['key']}: {_dates_alone(min(named))}")
        for path, question in _placed(document)
        if (named := _contested(document).intersection(rules.uses(question["rule"])))
    ]
    return [*broken(document), *ambiguous(document), *dangling(document), *rested]


def dangling(document: Document) -> list[Fault]:
    """Keys in gates, tables and examples that no question has: harmless, and out of date."""
    asked = {q["key"] for _, q in _placed(document)}
    found = [
        ((*path, name, at), f"{key} is not a question of the checklist")
        for path, part in _naming(document)
        for name in ("questions", "all_but")
        for at, key in enumerate(part.get(name, ()))
        if key not in asked
    ]
    return [*found, *succession.stale(document)]


def _naming(document: Document) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Parts that name questions by their keys, with their path."""
    edition = document["edition"]
    if essentials := edition.get("essentials"):
        yield ("edition", "essentials"), essentials
    for at, gate in enumerate(edition.get("gates") or ()):
        yield ("edition", "gates", at), gate
    for at, scale in enumerate(edition.get("scales") or ()):
        for to, group in enumerate(scale["groups"]):
            yield ("edition", "scales", at, "groups", to), group
    for at, one in enumerate(edition.get("organisations") or ()):
        for name in simulator.EXPECTED:
            for to, group in enumerate(one.get(name) or ()):
                yield ("edition", "organisations", at, name, to), group


def name_of(path: Path, document: Document) -> str:
    """The key of the question at a path, or the name of another part."""
    if path[0] == "sections":
        return str(document["sections"][path[1]]["questions"][path[3]]["key"])
    if path[0] == "facts":
        return str(document["facts"][path[1]]["label"])
    if path[1] == "essentials":
        return "Essentials"
    part = document["edition"][path[1]][path[2]]
    return str(part.get("title") or part.get("name") or part["question"])


def choices_of(facts: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The keys that each fact can be answered with."""
    return {fact["key"]: set(rules.choice_words(fact["choices"])) for fact in facts}


def cited(document: Document) -> list[tuple[Path, str]]:
    """Every citation of the gates with its path; those of questions are their own."""
    found: list[tuple[Path, str]] = []
    for at, gate in enumerate(document["edition"].get("gates") or ()):
        path: Path = ("edition", "gates", at)
        found += [((*path, "cites", n), c) for n, c in enumerate(gate.get("cites", ()))]
        for to, row in enumerate(gate["rows"]):
            here = (*path, "rows", to, "cites")
            found += [((*here, n), cite) for n, cite in enumerate(row.get("cites", ()))]
    return found


def looked_at(document: Document) -> set[str]:
    """The facts that gates and other facts rest on."""
    gates = document["edition"].get("gates") or ()
    whens = [row.get("when") for gate in gates for row in gate["rows"]]
    whens += [dict(one.when) for one in implied.implications(document["facts"])]
    whens.append((document["edition"].get("essentials") or {}).get("when"))
    return {key for when in whens for key in rules.uses(when)}


def can_hold(wanted: list[dict[str, Any]], document: Document) -> bool:
    """Whether some answer to the facts makes all rules hold; True when there are too many.

    A choice that no rule names is like none at all, so only the others are tried.
    """
    named = rules.named({"all": wanted})
    facts = [fact for fact in document["facts"] if fact["key"] in named]
    cases = [list(_cases(fact, named[fact["key"]])) for fact in facts]
    if prod(map(len, cases)) > MOST_CASES:
        return True
    keys = [fact["key"] for fact in facts]
    return any(
        all(rules.holds(rule, dict(zip(keys, case, strict=True))) for rule in wanted)
        for case in product(*cases)
    )


def _cases(fact: Document, named: set[str]) -> Iterator[list[str]]:
    """The answers a fact can have: none of the choices named, one, or any number."""
    asked = [choice["key"] for choice in fact["choices"] if choice["key"] in named]
    choices = asked if fact["choices"] else ["yes", "no"]
    most = len(choices) if fact["kind"] == FactKind.SEVERAL else 1
    if 2 ** min(len(choices), most) > MOST_CASES:
        most = 2  # enough for rules that people write
    if fact["kind"] != FactKind.YESNO:
        yield []
    for size in range(1, most + 1):
        yield from map(list, combinations(choices, size))


def _rule(rule: dict[str, Any] | None, document: Document, known: Known) -> str:
    """The fault of a rule that is not empty, or ""."""
    if not rule:
        return ""
    if reason := rules.fault_of(rule, known):
        return reason
    return "" if can_hold([rule], document) else NEVER


def _implied(document: Document, known: Known) -> Iterator[Fault]:
    kinds = {fact["key"]: fact["kind"] for fact in document["facts"]}
    sound = True
    for at, fact in enumerate(document["facts"]):
        for to, entry in enumerate(fact.get("implies") or ()):
            reasons = list(_implication(entry, fact, document, known))
            sound = sound and not reasons
            path = ("facts", at, "implies", to)
            yield from (((*path, *more), reason) for more, reason in reasons)
    if not sound:
        return
    _, circle = implied.in_order(implied.implications(document["facts"]), kinds)
    for one in circle:
        words = f"{one.fact}: {one.value} implies itself, at once or by way of others"
        yield one.place, words


def _implication(
    entry: Mapping[str, Any], fact: Document, document: Document, known: Known
) -> Iterator[Fault]:
    if entry["fact"] not in known:
        yield ("fact",), f"no fact is called {entry['fact']!r}"
    elif entry["value"] not in known[entry["fact"]]:
        yield ("value",), f"fact {entry['fact']!r} has no choice {entry['value']!r}"
    when = entry.get("when")
    if when is None and fact["kind"] != FactKind.YESNO:
        yield (), "needs a rule (when): only a fact of yes and no implies without one"
    elif when is not None and (reason := _rule(when, document, known)):
        yield ("when",), reason
    elif when is not None and fact["key"] not in rules.uses(when):
        yield (
            ("when",),
            f"does not look at {fact['key']!r}; write it at the fact it rests on",
        )


def _gates(document: Document, known: Known) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, gate in enumerate(document["edition"].get("gates") or ()):
        path: Path = ("edition", "gates", at)
        if gate["key"] in seen:
            yield (*path, "key"), "another gate has this key"
        seen.add(gate["key"])
        yield from _rows(gate, path, document, known)


def _rows(gate: gates_of.Gate, path: Path, document: Document, known: Known) -> Iterator[Fault]:
    contested = _contested(document)
    last = len(gate["rows"]) - 1
    for to, row in enumerate(gate["rows"]):
        here = (*path, "rows", to)
        when = row.get("when")
        if to == last and when is not None:
            yield (
                here,
                "the gate has no end: its last row must be without a rule (when)",
            )
        elif to < last and when is None:
            yield here, "no row below it can count: only the last one is without a rule"
        elif reason := _rule(when, document, known):
            yield (*here, "when"), reason
        elif row["effect"] == Effect.OUT and (named := contested.intersection(rules.uses(when))):
            yield (*here, "when"), _dates_alone(min(named))


def _dates_alone(fact: str) -> str:
    return f"{fact!r} is contested: it can decide from which day a duty binds, not whether"


def _essentials(document: Document, known: Known) -> Iterator[Fault]:
    found = document["edition"].get("essentials")
    if not found:
        return
    if reason := _rule(found["when"], document, known):
        yield ("edition", "essentials", "when"), reason


def _contested(document: Document) -> set[str]:
    return {fact["key"] for fact in document["facts"] if fact.get("contested")}


def _questions(document: Document, known: Known) -> Iterator[Fault]:
    for path, question in _placed(document):
        for place, reason in of_question(question, document, known):
            yield (*path, *place), reason


def of_question(question: Document, document: Document, known: Known) -> Iterator[Fault]:
    """Faults of one question; paths begin in it."""
    rule = question["rule"]
    reason = rules.fault_of(rule, known) if rule else ""
    if reason:
        yield ("rule",), reason
    elif named := _contested(document).intersection(rules.uses(rule)):
        yield ("rule",), _dates_alone(min(named))
    elif not can_apply(question, document):
        yield ("rule",), NEVER_APPLIES
    for name in ("applies_from", "applies_until"):
        for at, entry in enumerate(question.get(name) or ()):
            if reason := _rule(entry.get("when"), document, known):
                yield (name, at, "when"), reason
    yield from _days(question)


def can_apply(question: Document, document: Document) -> bool:
    """Whether some answer to the facts makes a question apply, by rule and roles."""
    role_fact = document["edition"]["role_fact"]
    roles = document["edition"]["roles"]
    binds = rules.bound([r for r in question["binds"] if r in roles], role_fact)
    return can_hold([rule for rule in (question["rule"], binds) if rule], document)


def _days(question: Document) -> Iterator[Fault]:
    starts = [entry["date"] for entry in question["applies_from"]]
    for at, entry in enumerate(question.get("applies_until") or ()):
        if starts and entry["date"] < min(starts):
            yield ("applies_until", at), "ends before the duty begins"


def _organisations(document: Document, known: Known) -> Iterator[Fault]:
    gates = {gate["key"] for gate in document["edition"].get("gates") or ()}
    seen: set[str] = set()
    for at, one in enumerate(document["edition"].get("organisations") or ()):
        path: Path = ("edition", "organisations", at)
        if one["key"] in seen:
            yield (*path, "key"), "another organisation has this key"
        seen.add(one["key"])
        yield from _facts(one["facts"], (*path, "facts"), document, known)
        for name in simulator.EXPECTED:
            for to, group in enumerate(one.get(name) or ()):
                here = (*path, name, to)
                if group.get("gate") and group["gate"] not in gates:
                    yield (*here, "gate"), f"no gate is called {group['gate']!r}"


def _facts(facts: Mapping[str, Any], path: Path, document: Document, known: Known) -> Iterator[Fault]:
    kinds = {fact["key"]: fact["kind"] for fact in document["facts"]}
    for key, chosen in facts.items():
        if key not in known:
            yield (*path, key), f"no fact is called {key!r}"
        elif strange := sorted(set(chosen or ()) - known[key]):
            yield (*path, key), f"fact {key!r} has no choice {strange[0]!r}"
        elif len(chosen or ()) > 1 and kinds[key] != FactKind.SEVERAL:
            yield (*path, key), f"fact {key!r} has one answer"


def differences(document: Document) -> Iterator[Fault]:
    """Differences between the examples of an edition and its rules."""
    for at, one in enumerate(document["edition"].get("organisations") or ()):
        for result in simulator.simulate(document, one).different:
            for text in result.differences:
                reason = f"{one['name']}: {result.key} {text}"
                yield ("edition", "organisations", at), reason


def _placed(document: Document) -> Iterator[tuple[Path, Document]]:
    for s, section in enumerate(document["sections"]):
        for q, question in enumerate(section["questions"]):
            yield ("sections", s, "questions", q), question
