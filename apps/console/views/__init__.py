"""Pages of the admin panel, one module a section."""
