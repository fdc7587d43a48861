
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='postfact',
            options={'base_manager_name': 'objects', 'verbose_name': 'post', 'verbose_name_plural': 'posts'},
        ),
    ]
