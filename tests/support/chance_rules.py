"""Rules and facts by chance, over three facts."""

from hypothesis import strategies as st

from compliance.content.applicability import rules

KNOWN = {
    "role": {"keeper", "reader"},
    "data": {"health", "children"},
    "paper": {"yes", "no"},
}
WORDS = {key: rules.FactWords(key.title(), {}) for key in KNOWN}


def choices(key, at_least=0):
    options = st.sampled_from(sorted(KNOWN[key]))
    return st.lists(options, unique=True, min_size=at_least, max_size=2)


facts = st.fixed_dictionaries({}, optional={key: st.none() | choices(key) for key in KNOWN})
simple = st.sampled_from(sorted(KNOWN)).flatmap(
    lambda key: (
        choices(key, 1).map(lambda chosen: {key: chosen})
        | st.sampled_from(sorted(KNOWN[key])).map(lambda choice: {key: choice})
    )
)


def combined(inner):
    some = st.lists(inner, min_size=1, max_size=3)
    return (
        some.map(lambda parts: {"all": parts})
        | some.map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    )


rule = st.recursive(simple, combined, max_leaves=8)
