"""Forms of the editor."""

from compliance.editor.forms.essentials import EssentialsEditor
from compliance.editor.forms.gates import GateEditor
from compliance.editor.forms.guidance import GuidanceForm
from compliance.editor.forms.implied import ImpliedEditor
from compliance.editor.forms.parts import (
    FactForm,
    HeadForm,
    MoveForm,
    NewQuestionForm,
    NewSectionForm,
    QuestionForm,
    RemoveForm,
    ReplaceForm,
    SectionForm,
    UndoForm,
)
from compliance.editor.forms.question import QuestionEditor
from compliance.editor.forms.roles import RolesForm

__all__ = [
    "EssentialsEditor",
    "FactForm",
    "GateEditor",
    "GuidanceForm",
    "HeadForm",
    "ImpliedEditor",
    "MoveForm",
    "NewQuestionForm",
    "NewSectionForm",
    "QuestionEditor",
    "QuestionForm",
    "RemoveForm",
    "ReplaceForm",
    "RolesForm",
    "SectionForm",
    "UndoForm",
]
