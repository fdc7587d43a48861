from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone


def date_ties(apps, schema_editor):
    """Let the ties of before have been known since their engagement was entered: nobody wrote down anything closer."""
    engagements = apps.get_model("engagements", "Engagement").objects.filter(pk=OuterRef("engagement"))
    ties = apps.get_model("engagements", "EngagementProject").objects
    ties.update(tied_at=Subquery(engagements.values("created_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("engagements", "0002_figures_by_value"),
    ]

    operations = [
        migrations.AddField(
            model_name="engagementproject",
            name="tied_at",
            field=models.DateTimeField(default=timezone.now),
        ),
        migrations.AddField(
            model_name="engagementproject",
            name="untied_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RemoveConstraint(
            model_name="engagementproject",
            name="project_once_per_engagement",
        ),
        migrations.AddConstraint(
            model_name="engagementproject",
            constraint=models.UniqueConstraint(
                condition=Q(untied_at=None),
                fields=("engagement", "project"),
                name="project_once_per_engagement",
            ),
        ),
        migrations.RunPython(date_ties, migrations.RunPython.noop),
    ]
