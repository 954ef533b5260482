"""What a company wants its AI to know: short texts, found by their words."""

import re

from django.contrib.postgres.search import SearchQuery, SearchRank

from apps.ai.models import WORDS, Snippet
from apps.core.text import folded

MOST_WORDS = 40
_WORD = re.compile(r"[^\W_]{3,40}")


def relevant(question: str, most: int = 4) -> list[Snippet]:
    """Those that share most with the question, best first; accents, capitals and endings make no difference."""
    words = dict.fromkeys(_WORD.findall(folded(question)))
    if not words:
        return []
    # Letters and digits only: nothing in them is an operator.
    wanted = SearchQuery(" | ".join([*words][:MOST_WORDS]), search_type="raw", config="portuguese")
    rows = Snippet.objects.filter(is_active=True).annotate(found=WORDS).filter(found=wanted)
    return list(rows.annotate(rank=SearchRank(WORDS, wanted)).order_by("-rank", "pk")[:most])
