"""The company of the conversations' tests, as its agents see it."""

from apps.conversations.tests.conftest import house

__all__ = ["house"]
