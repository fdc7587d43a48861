from django.db import migrations
from django.utils.translation import override

from zoneworks.accounts.searching import search_text
from zoneworks.kit.quantities import Unit


def find_as_printed(apps, schema_editor):
    """Let printed numbers be found with their measure word, as lists show them; until now the page's language told."""
    claims = apps.get_model("measures", "Claim").objects
    with override("zh-hans"):
        for pk, what, wording, unit in claims.values_list("pk", "what", "wording", "unit").iterator(500):
            printed = f"{wording}{Unit(unit).label}" if wording.isdecimal() and unit else wording
            claims.filter(pk=pk).update(search_text=search_text(what, wording, printed))


class Migration(migrations.Migration):

    dependencies = [
        ("measures", "0003_claims_without_a_number"),
    ]

    operations = [
        migrations.RunPython(find_as_printed, migrations.RunPython.noop),
    ]
