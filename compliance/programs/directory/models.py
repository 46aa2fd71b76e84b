"""Rows of directories."""

from django.db import models
from django.db.models import Q

from compliance.ground.web.text import validate_line
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.sign_on.choices import GIVEN
from compliance.proof.audit.columns import Proven

_ROLES = [(one.value, one.label) for one in GIVEN]


class Directory(models.Model):
    """The rules by which a directory keeps the members of one organisation.

    A row once an owner sets them up; its token is one of the room ``tokens``.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="directory"
    )
    role = models.CharField(max_length=20, choices=_ROLES, default=Role.READER)
    """The role of newcomers, unless one of their groups has another."""
    heir = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    """Gets the open questions and actions of people who leave; None leaves them to nobody."""
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    """The owner who chose the heir: the author of the answers that change hands."""

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=GIVEN), name="directory_role_known"),
        ]

    def __str__(self) -> str:
        return f"directory of {self.organisation}"


class DirectoryPerson(models.Model):
    """Somebody whom the directory of an organisation knows.

    Without a membership the directory has ended it, and may give it back. Where it ends in
    another way the row goes, and the directory alone does not bring the person back.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="directory_people")
    user = models.ForeignKey(User, models.CASCADE, related_name="directories")
    external_id = models.CharField(max_length=255, blank=True, validators=[validate_line])
    is_deleted = models.BooleanField(default=False)
    """Whether the directory deleted them: it no longer finds them, and can create them again."""
    made_at = models.DateTimeField(auto_now_add=True)

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="directory_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in the directory of {self.organisation}"


class DirectoryGroup(models.Model):
    """A group of the directory; its role, if any, is in the table of sign-on."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="directory_groups")
    name = models.CharField(max_length=200, validators=[validate_line])
    external_id = models.CharField(max_length=255, blank=True, validators=[validate_line])
    made_at = models.DateTimeField(auto_now_add=True)
    people = models.ManyToManyField(User, through="DirectoryGroupMember", related_name="directory_groups")

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="directory_group_once",
                violation_error_message="There is a group of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DirectoryGroupMember(models.Model):
    """Somebody in a group of the directory."""

    group = models.ForeignKey(DirectoryGroup, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")

    in_trail = Proven("group__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="directory_group_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"
