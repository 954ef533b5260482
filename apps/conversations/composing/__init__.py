"""What an agent puts together in a dialog: templates, buttons, lists, links, places and contact cards."""
