"""Forms for checklists."""

from compliance.checklists.forms.gates import GateEditor
from compliance.checklists.forms.guidance import GuidanceForm
from compliance.checklists.forms.implied import ImpliedEditor
from compliance.checklists.forms.organisation import OrganisationForm
from compliance.checklists.forms.parts import (
    CloneForm,
    DiscardForm,
    FactForm,
    HeadForm,
    MergeForm,
    MoveForm,
    NewQuestionForm,
    NewSectionForm,
    NextForm,
    QuestionForm,
    ReasonForm,
    RemoveForm,
    ReplaceForm,
    RetireForm,
    SectionForm,
    UndoForm,
)
from compliance.checklists.forms.question import QuestionEditor
from compliance.checklists.forms.roles import RolesForm
from compliance.checklists.forms.translations import (
    LanguageForm,
    ShowForm,
    TranslationForm,
)

__all__ = [
    "CloneForm",
    "DiscardForm",
    "FactForm",
    "GateEditor",
    "GuidanceForm",
    "HeadForm",
    "ImpliedEditor",
    "LanguageForm",
    "MergeForm",
    "MoveForm",
    "NewQuestionForm",
    "NewSectionForm",
    "NextForm",
    "OrganisationForm",
    "QuestionEditor",
    "QuestionForm",
    "ReasonForm",
    "RemoveForm",
    "ReplaceForm",
    "RetireForm",
    "RolesForm",
    "SectionForm",
    "ShowForm",
    "TranslationForm",
    "UndoForm",
]
