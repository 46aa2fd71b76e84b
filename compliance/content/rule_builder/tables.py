"""Tables of rows that each have a rule: days, gates, and what follows from a fact."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from compliance.content.applicability import rule_trees
from compliance.content.applicability.rule_trees import Rule
from compliance.content.checklists.actions import UnsoundError
from compliance.content.checklists.limits import MOST_OF_TABLE
from compliance.content.rule_builder.rule import Offered, RuleEditor, count_of
from compliance.ground.web.fields import DayField
from compliance.proof.audit.refusals import RefusedError

Entry = Mapping[str, Any]


def day_field(label: str, help_text: str = "") -> forms.DateField:
    """A day that may be left out."""
    return DayField(label=label, required=False, help_text=help_text)


class EntryForm(forms.Form):
    """The fields of a row beside its rule."""

    @staticmethod
    def initial_of(entry: Entry) -> dict[str, Any]:
        """The values of the fields for an entry of a document."""
        return dict(entry)


def focus_on(parts: Iterable[forms.BaseForm], name: str) -> None:
    """Let the page open at a field, by its name in the form."""
    for part in parts:
        for field in part:
            if field.html_name == name:
                field.field.widget.attrs["autofocus"] = True


class RuledRow:
    """A row: its fields, its rule and its name on the page."""

    def __init__(self, form: EntryForm, rule: RuleEditor, name: str) -> None:
        self.form, self.rule, self.name = form, rule, name

    def when(self, stood: Iterable[Rule | None]) -> Rule | None:
        """The rule as it was typed: the very one that stood where it says the same."""
        return rule_trees.kept(self.rule.tree(), filter(None, stood))


class RuledRows:
    """The rows of one table; ``prefix`` is its area on the page."""

    form: ClassVar[type[EntryForm]]
    prefix: ClassVar[str]
    called: ClassVar[str]
    many: ClassVar[str]
    """One of its rows, and several."""

    def __init__(self, entries: Sequence[Entry], *, offered: Offered, data: Any = None) -> None:
        self.stood = entries
        most, _ = MOST_OF_TABLE[self.prefix]
        self.head = _count_form(self.prefix, self.many)(
            data, prefix=self.prefix, initial={"rows": len(entries)}
        )
        is_read = data is None
        total = len(entries) if is_read else count_of(data, self.prefix, most)
        self.rows = [self._row(at, entries[at] if is_read else {}, offered, data) for at in range(total)]

    def _row(self, at: int, entry: Entry, offered: Offered, data: Any) -> RuledRow:
        prefix = f"{self.prefix}-{at}"
        form = self.form(data, prefix=prefix, initial=self.form.initial_of(entry))
        rule = RuleEditor(entry.get("when"), prefix=f"{prefix}-when", offered=offered, data=data)
        return RuledRow(form, rule, f"{self.called} {at + 1}")

    @property
    def parts(self) -> list[forms.Form]:
        found: list[forms.Form] = [self.head]
        for row in self.rows:
            found += [row.form, *row.rule.parts]
        return found

    @property
    def faults(self) -> Iterator[tuple[str, str]]:
        """Id of a field and what is wrong with it, with the name of its row."""
        for fault in self.head.errors.get("rows", ()):
            yield f"{self.prefix}-part", str(fault)
        for row in self.rows:
            for part in (row.form, *row.rule.parts):
                for name, errors in part.errors.items():
                    place = (
                        part[name].id_for_label or part[name].auto_id
                        if name in part.fields and not part[name].is_hidden
                        else f"{row.rule.prefix}-part"
                    )
                    yield from ((place, f"{row.name.capitalize()}: {error}") for error in errors)

    def is_valid(self) -> bool:
        parts = [part.is_valid() for part in self.parts]
        rules = [row.rule.is_valid() for row in self.rows]
        return all(parts + rules)

    @property
    def whens(self) -> list[Rule | None]:
        """The rules that stood."""
        return [entry.get("when") for entry in self.stood]


def _count_form(prefix: str, many: str) -> type[forms.Form]:
    """A form that says how many rows there are."""
    most, full = MOST_OF_TABLE[prefix]
    not_whole = f"The {many} arrived incomplete; load the page again."
    rows = forms.IntegerField(
        min_value=0,
        max_value=most,
        widget=forms.HiddenInput,
        error_messages={
            "required": not_whole,
            "invalid": not_whole,
            "max_value": f"{full}.",
        },
    )
    return type("CountForm", (forms.Form,), {"rows": rows})


class DateForm(EntryForm):
    """A day from which a question binds."""

    on = day_field("Day")

    @staticmethod
    def initial_of(entry: Entry) -> dict[str, Any]:
        return {"on": entry.get("date")}


class DatesEditor(RuledRows):
    """The days from which a question binds; the first whose rule fits counts."""

    form = DateForm
    prefix = "date"
    called, many = "day", "days"

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        always = None
        for row in self.rows:
            on, tree = row.form.cleaned_data["on"], row.rule.tree()
            if not on and tree.parts:
                row.form.add_error("on", "Write the day, or remove this row.")
            elif on and always:
                fault = (
                    "This day has no conditions, so no day below it counts. Move it to"
                    " the end, or give it conditions."
                )
                always.form.add_error("on", fault)
                break
            elif on and rule_trees.rule_of(tree) is None:
                always = row
        return all(row.form.is_valid() for row in self.rows)

    def refuse(self, at: int, fault: str) -> None:
        """Say what is wrong with a day of ``values``."""
        dated = [row for row in self.rows if row.form.cleaned_data["on"]]
        dated[at].form.add_error("on", fault)

    def values(self) -> list[dict[str, Any]]:
        """The days as a document has them; rows without a day are left out."""
        found = []
        for row in self.rows:
            if on := row.form.cleaned_data["on"]:
                when = row.when(self.whens)
                entry: dict[str, Any] = {"date": on.isoformat()}
                found.append(entry | ({"when": when} if when else {}))
        return found


class UntilEditor(DatesEditor):
    """The last days on which a question binds; the first whose rule fits counts."""

    prefix = "until"
    called, many = "last day", "last days"


class RuledEditor:
    """A form above a table of rows; ``part`` is its place on the page."""

    part: ClassVar[str]
    form: forms.Form
    rows: RuledRows

    @property
    def is_bound(self) -> bool:
        return self.form.is_bound

    @property
    def parts(self) -> list[forms.Form]:
        """Every form of it, in the order of the page."""
        return [self.form, *self.rows.parts]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Id of a field and what is wrong with it."""
        own = [(self.part, str(fault)) for fault in self.form.non_field_errors()]
        for field in self.form:
            own += [(field.id_for_label, f"{field.label}: {e}") for e in field.errors]
        return [*own, *self.rows.faults]

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.rows.is_valid()])

    def refuse(self, path: tuple[str | int, ...], fault: str) -> None:
        """Say what is wrong at a place of the document, () for all of it."""
        raise NotImplementedError

    def refuse_all(self, refused: RefusedError) -> None:
        """Say why a change was refused, each reason at its place."""
        unsound = refused.faults if isinstance(refused, UnsoundError) else None
        for path, fault in unsound or [((), str(refused))]:
            self.refuse(path, fault)
