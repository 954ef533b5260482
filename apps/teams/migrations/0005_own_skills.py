from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0004_times_online")]

    operations = [
        migrations.AddField(
            model_name="teamsettings",
            name="own_skills",
            field=models.BooleanField(
                default=False,
                help_text=(
                    "Each on their profile. Skills decide what somebody may take: every change is in the audit trail."
                ),
                verbose_name="agents set their own skills",
            ),
        ),
    ]
