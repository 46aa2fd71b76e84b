"""The pages say of each role what the table lets it do."""

import re

from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.organisations.choices import Role

WORDS = {
    Permission.ANSWER: "nswers",
    Permission.COMMENT: "comments",
    Permission.REPORT: "reports",
    Permission.TRAIL: "the trail",
    Permission.CONFIRM: "confirms “not applicable”",
    Permission.SIGN: "signs",
    Permission.REOPEN: "reopens",
}


def test_each_role_is_described_as_it_is(cast, sign_in):
    page = sign_in(cast.ada).get("/o/acme/members/")
    described = re.findall(r"<dt>(\w+)</dt>\s*<dd[^>]*>([^<]*)</dd>", page.text)
    assert [role for role, _ in described] == list(Role.labels)
    for role, said in described:
        if not said.startswith("Everything"):
            may = ALLOWED[role.lower()]
            found = {one for one, word in WORDS.items() if word in said}
            assert found == may & set(WORDS), role
    owner, officer = (ALLOWED[role] for role in (Role.OWNER, Role.OFFICER))
    assert owner - officer == {Permission.MEMBERS}
