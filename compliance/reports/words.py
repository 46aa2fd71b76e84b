"""Words of a report that no template holds, marked for translation."""

from django.utils.translation import gettext_noop as _

from compliance.reports.choices import Extract, ReportKind

KINDS: dict[str, str] = {
    ReportKind.FULL: _("Assessment report"),
    ReportKind.SUMMARY: _("Management summary"),
    ReportKind.ACTIONS: _("Action plan"),
    ReportKind.APPLICABILITY: _("Statement of applicability"),
    ReportKind.EVIDENCE: _("Evidence register"),
    ReportKind.CHANGES: _("Changes since last time"),
}
"""What the cover calls the report."""

TITLES = {
    "summary": _("Summary"),
    "scope": _("Scope and how to read this report"),
    "gaps": _("What is not met"),
    "answers": _("Answers in detail"),
    "applying": _("Questions that apply"),
    "applicability": _("Statement of applicability"),
    "actions": _("Action plan"),
    "evidence": _("Evidence register"),
    "changes": _("Changes since last time"),
    "edition": _("What changed in the checklist"),
    "trail": _("Trail of changes"),
    "check": _("Signatures and verification"),
}
"""Part to the title of its chapter."""

PAGES = {
    "summary": "reports/pdf/summary.html",
    "scope": "reports/pdf/scope.html",
    "gaps": "reports/pdf/gaps.html",
    "answers": "reports/pdf/answers.html",
    "applying": "reports/pdf/applying.html",
    "applicability": "reports/pdf/applicability.html",
    "actions": "reports/pdf/actions.html",
    "evidence": "reports/pdf/evidence.html",
    "changes": "reports/pdf/changes.html",
    "edition": "reports/pdf/edition_changes.html",
    "trail": "reports/pdf/trail.html",
    "check": "reports/pdf/check.html",
}
"""Part to its template."""

EXTRACTS: dict[str, str] = {
    Extract.NOT_MET: _("only not met and partly met"),
    Extract.OPEN: _("only open questions"),
    Extract.NO_EVIDENCE: _("only answers without evidence"),
}

STORED = (
    _("Met"),
    _("Partly"),
    _("Not met"),
    _("N/A"),
    _("Don't know"),
    _("Later"),
    _("Unanswered"),
    _("not asked"),
    _("Open"),
    _("In progress"),
    _("Done"),
    _("Dropped"),
    _("High"),
    _("Medium"),
    _("Low"),
    _("answer"),
    _("value"),
    _("note"),
    _("reason"),
    _("new question"),
    _("evidence added"),
    _("evidence taken out"),
    _("password"),
    _("passkey"),
    _("New"),
    _("Removed"),
    _("New type"),
    _("Choices changed"),
    _("Reworded"),
    _("Rule changed"),
    _("Citation changed"),
    _("New date"),
    _("Weight changed"),
    _("Moved"),
    _("Guidance changed"),
    _("Translated anew"),
    _("What good looks like"),
    _("How to check"),
    _("When partly"),
    _("Common mistake"),
    _("Remedy"),
    _("Evidence"),
    _("Related questions"),
    _("at least %(n)s"),
    _("at most %(n)s"),
    _("partly from %(n)s"),
    _("partly up to %(n)s"),
    _("unit %(n)s"),
    _("Verdict"),
    _("Maturity stage"),
    _("Choice"),
    _("Several choices"),
    _("Number"),
    _("Date"),
    _("Text"),
    _("Title"),
    _("Question"),
    _("What a good answer shows"),
    _("When is it “Partly”?"),
    _("The usual mistake"),
    _("Usual evidence"),
    _("What to do first"),
    _("Unit"),
    _("Yes"),
    _("No"),
)
"""Words that the content of a report holds in English and a template prints."""
