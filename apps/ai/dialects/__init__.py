"""How each kind of provider is spoken to: a question becomes a request, a body becomes what was heard."""

from apps.ai.dialects import anthropic, openai
from apps.ai.dialects.base import Dialect
from apps.ai.models import Provider

DIALECTS: dict[str, Dialect] = {Provider.Kind.OPENAI: openai.OpenAi(), Provider.Kind.ANTHROPIC: anthropic.Anthropic()}
