import secrets

import django.db.models.deletion
from django.db import migrations, models


def mark_zones(apps, schema_editor):
    """Give each zone of which something was recorded its first mark of everything; without one no parts are kept."""
    marked = apps.get_model("kit", "Revision").objects.order_by("zone").values_list("zone", flat=True).distinct()
    apps.get_model("kit", "PartRevision").objects.bulk_create(
        apps.get_model("kit", "PartRevision")(zone_id=zone, slot=0, part="", mark=secrets.randbits(62))
        for zone in marked
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('kit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.PositiveSmallIntegerField()),
                ('part', models.CharField(blank=True, max_length=80)),
                ('mark', models.BigIntegerField()),
                ('zone', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.zone')),
            ],
            options={
                'verbose_name': 'revision of a part',
                'verbose_name_plural': 'revisions of parts',
                'constraints': [models.UniqueConstraint(fields=('zone', 'slot', 'part'), name='part_revision_once_per_slot')],
            },
        ),
        migrations.RunPython(mark_zones, migrations.RunPython.noop),
    ]
