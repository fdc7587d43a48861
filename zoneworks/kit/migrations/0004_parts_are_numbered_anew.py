import secrets

from django.db import migrations


def renew_everything(apps, schema_editor):
    """Forget the marks of parts of 512 subjects, and give each zone a new mark of everything.

    A part now holds 128: the number of an old part is that of another new one.
    """
    marks = apps.get_model("kit", "PartRevision").objects
    zones = set(marks.filter(part="").values_list("zone", flat=True))
    marks.all().delete()
    marks.bulk_create(marks.model(zone_id=zone, slot=0, part="", mark=secrets.randbits(62)) for zone in zones)


class Migration(migrations.Migration):

    dependencies = [
        ("kit", "0003_subject_revisions"),
    ]

    operations = [
        migrations.RunPython(renew_everything, migrations.RunPython.noop),
    ]
