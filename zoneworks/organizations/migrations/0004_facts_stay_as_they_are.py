
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0003_more_units'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='organizationfigure',
            options={'base_manager_name': 'objects', 'verbose_name': 'figure of an organization', 'verbose_name_plural': 'figures of organizations'},
        ),
        migrations.AlterModelOptions(
            name='organizationname',
            options={'base_manager_name': 'objects', 'verbose_name': 'name', 'verbose_name_plural': 'names'},
        ),
        migrations.AlterModelOptions(
            name='organizationstep',
            options={'base_manager_name': 'objects', 'verbose_name': 'step of an organization', 'verbose_name_plural': 'steps of organizations'},
        ),
    ]
