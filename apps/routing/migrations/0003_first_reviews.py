"""Queues that have a policy already: their live conversations are measured from the first review on."""

from django.db import migrations

_ASK = """
INSERT INTO routing_slareview (id, organization_id, queue_id, after, asked_at)
SELECT gen_random_uuid(), organization_id, id, '00000000-0000-0000-0000-000000000000', now()
FROM teams_queue WHERE sla_policy_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0002_sla_clocks"), ("teams", "0003_requeue_of_absent")]

    operations = [migrations.RunSQL(_ASK, migrations.RunSQL.noop)]
