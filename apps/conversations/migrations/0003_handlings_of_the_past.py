from django.db import migrations

# What is known of conversations from before: who holds or closed them, since when.
_FILL = """
INSERT INTO conversations_handling (id, organization_id, conversation_id, agent_id, started_at, ended_at, ending)
SELECT gen_random_uuid(), organization_id, id, assignee_id, LEAST(COALESCE(assigned_at, created_at), closed_at),
  CASE WHEN state = 'closed' THEN closed_at END, CASE WHEN state = 'closed' THEN 'resolved' ELSE '' END
FROM conversations_conversation
WHERE assignee_id IS NOT NULL AND (state <> 'closed' OR closed_at IS NOT NULL)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_handlings_and_surveys")]
    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
