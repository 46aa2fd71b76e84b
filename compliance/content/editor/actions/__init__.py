"""Changes to a draft."""

from compliance.content.editor.actions.copying import duplicate_question
from compliance.content.editor.actions.editing import save_question
from compliance.content.editor.actions.essentials import save_essentials
from compliance.content.editor.actions.facts import remove_fact, save_fact, save_implied
from compliance.content.editor.actions.gates import remove_gate, save_gate
from compliance.content.editor.actions.head import save_head, write_head
from compliance.content.editor.actions.moving import move_question, move_section
from compliance.content.editor.actions.outline import (
    add_question,
    add_section,
    remove_question,
    remove_section,
    save_section,
)
from compliance.content.editor.actions.replacing import replace_all
from compliance.content.editor.actions.undoing import undo

__all__ = [
    "add_question",
    "add_section",
    "duplicate_question",
    "move_question",
    "move_section",
    "remove_fact",
    "remove_gate",
    "remove_question",
    "remove_section",
    "replace_all",
    "save_essentials",
    "save_fact",
    "save_gate",
    "save_head",
    "save_implied",
    "save_question",
    "save_section",
    "undo",
    "write_head",
]
