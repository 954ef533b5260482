from django.db import migrations

FORWARD = """
CREATE FUNCTION chatbots_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'canary_percent' = to_jsonb(OLD) - 'canary_percent' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND current_setting('pytake.allow_audit_delete', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'published versions never change' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER chatbots_version_fixed BEFORE UPDATE OR DELETE ON chatbots_flowversion
  FOR EACH ROW EXECUTE FUNCTION chatbots_refuse_change();
"""
BACKWARD = """
DROP TRIGGER chatbots_version_fixed ON chatbots_flowversion;
DROP FUNCTION chatbots_refuse_change();
"""


class Migration(migrations.Migration):
    """Not even code that goes around the model can rewrite what sessions are pinned to."""

    dependencies = [("chatbots", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
