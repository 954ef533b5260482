"""How forms look everywhere."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Fields come from `components/field.html`, so that a label, help and errors are always tied to their input."""

    field_template_name = "components/field.html"
