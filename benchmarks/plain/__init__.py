"""The reference of pages: a plain Django project with one view of one template."""
