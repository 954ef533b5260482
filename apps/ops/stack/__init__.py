"""The stack on one machine: embedded PostgreSQL and Valkey, and the supervisor behind `make run`.

Nothing in this package needs Django: it starts before the settings can be read.
"""
