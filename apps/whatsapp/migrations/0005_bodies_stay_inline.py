from django.db import migrations

# A body of a few kilobytes stays beside its row, as it came: moving it out and back costs more than it saves.
_INLINE = """
ALTER TABLE whatsapp_webhookdelivery ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE whatsapp_webhookdelivery SET (toast_tuple_target = 8160);
"""
_AS_IT_WAS = """
ALTER TABLE whatsapp_webhookdelivery ALTER COLUMN body SET STORAGE EXTENDED;
ALTER TABLE whatsapp_webhookdelivery RESET (toast_tuple_target);
"""


class Migration(migrations.Migration):
    dependencies = [("whatsapp", "0004_stops")]
    operations = [migrations.RunSQL(_INLINE, _AS_IT_WAS)]
