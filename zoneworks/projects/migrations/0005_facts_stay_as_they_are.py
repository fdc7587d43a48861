
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0004_project_claims'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='projectfigure',
            options={'base_manager_name': 'objects', 'verbose_name': 'figure', 'verbose_name_plural': 'figures'},
        ),
        migrations.AlterModelOptions(
            name='projectparty',
            options={'base_manager_name': 'objects', 'verbose_name': 'party', 'verbose_name_plural': 'parties'},
        ),
        migrations.AlterModelOptions(
            name='projectstep',
            options={'base_manager_name': 'objects', 'verbose_name': 'step', 'verbose_name_plural': 'steps'},
        ),
    ]
