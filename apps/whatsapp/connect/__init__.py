"""Guided connection of a number: paste ids and secrets, see each check, keep what passed."""
