"""An invitation is a row of its own; what is offered to its address hangs on it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import compliance.web.text

ROLES = [
    ("owner", "Owner"),
    ("officer", "Officer"),
    ("contributor", "Contributor"),
    ("reviewer", "Reviewer"),
    ("reader", "Reader"),
    ("auditor", "Auditor"),
]


class Migration(migrations.Migration):
    dependencies = [("compliance", "0028_names_of_bundles")]

    operations = [
        migrations.DeleteModel(name="Invitation"),
        migrations.AddField(
            model_name="user",
            name="worked_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="compliance.organisation",
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                (
                    "name",
                    models.CharField(
                        max_length=120,
                        validators=[compliance.web.text.validate_line],
                    ),
                ),
                ("role", models.CharField(choices=ROLES, max_length=20)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("path", models.CharField(blank=True, max_length=300)),
                ("invited_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="compliance.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "email"),
                        name="invitation_once",
                        violation_error_message="This person is invited already. You can send it again.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", [role for role, _ in ROLES])
                        ),
                        name="invitation_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked",
                        to="compliance.answer",
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked",
                        to="compliance.invitation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeatOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[compliance.web.text.validate_line],
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="compliance.assessment",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="compliance.invitation",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("invitation", "assessment"),
                        name="seat_offered_once",
                        violation_error_message="This person has a seat here already. End it first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_on__gte", models.F("from_on"))),
                        name="seat_offer_days_ordered",
                        violation_error_message="The last day comes before the first.",
                    ),
                ],
            },
        ),
    ]
