
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0005_ties_of_all_in_time'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='engagementfigure',
            options={'base_manager_name': 'objects', 'verbose_name': 'figure of an engagement', 'verbose_name_plural': 'figures of engagements'},
        ),
        migrations.AlterModelOptions(
            name='engagementstep',
            options={'base_manager_name': 'objects', 'verbose_name': 'step of an engagement', 'verbose_name_plural': 'steps of engagements'},
        ),
    ]
