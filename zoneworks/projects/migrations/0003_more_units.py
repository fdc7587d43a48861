from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0002_figures_by_value'),
    ]

    operations = [
        migrations.AlterField(
            model_name='projectfigure',
            name='unit',
            field=models.CharField(choices=[('CNY', 'yuan'), ('USD', 'US dollars'), ('EUR', 'euros'), ('HKD', 'Hong Kong dollars'), ('JPY', 'yen'), ('m2', 'square meters'), ('persons', 'persons'), ('items', 'items'), ('lines', 'lines'), ('t', 'tonnes'), ('W', 'watts'), ('kVA', 'kilovolt-amperes'), ('share', 'share')], max_length=10, verbose_name='unit'),
        ),
    ]
