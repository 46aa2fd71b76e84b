"""Forms of the editor."""

from compliance.content.editor.forms.essentials import EssentialsEditor
from compliance.content.editor.forms.gates import GateEditor
from compliance.content.editor.forms.guidance import GuidanceForm
from compliance.content.editor.forms.implied import ImpliedEditor
from compliance.content.editor.forms.parts import (
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
from compliance.content.editor.forms.question import QuestionEditor
from compliance.content.editor.forms.roles import RolesForm

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
