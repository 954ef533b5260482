from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chatbots", "0003_deleting")]

    operations = [
        migrations.RemoveIndex(model_name="step", name="step_of_node"),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                fields=["version", "session", "number"], include=["node_id", "port", "at"], name="step_walk"
            ),
        ),
    ]
