"""The gallery: flows that are ready to be copied. Their drawings are JSON files in Portuguese."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.ai.models import Provider

FOLDER = Path(__file__).parent / "gallery"


@dataclass(frozen=True, slots=True)
class Sample:
    key: str
    icon: str
    title: Promise
    text: Promise
    needs: tuple[Promise, ...] = ()

    @property
    def graph(self) -> dict[str, Any]:
        return _read(self.key)

    @property
    def step_count(self) -> int:
        return len(self.graph["nodes"])


def with_provider(graph: dict[str, Any]) -> dict[str, Any]:
    """The flow with the company's first AI provider wherever one is asked for."""
    provider = Provider.objects.filter(is_active=True).order_by("name").values_list("pk", flat=True).first()
    nodes = [
        {**node, "fields": {**node["fields"], "provider": str(provider or "")}}
        if "provider" in node["fields"]
        else node
        for node in graph["nodes"]
    ]
    return {**graph, "nodes": nodes}


@cache
def _read(key: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((FOLDER / f"{key}.json").read_bytes())
    return found


SAMPLES: Mapping[str, Sample] = {
    sample.key: sample
    for sample in (
        Sample(
            "reception",
            icon="message-chatbot",
            title=_("Reception and menu"),
            text=_("Welcomes, offers the subjects as a list and passes on to the team, also out of hours."),
            needs=(_("Your address and hours"),),
        ),
        Sample(
            "scheduling",
            icon="calendar-event",
            title=_("Scheduling"),
            text=_(
                "Asks for service, day, part of day and name, has it confirmed and leaves the request with the team."
            ),
            needs=(_("Your services"),),
        ),
        Sample(
            "order_status",
            icon="package",
            title=_("Order status"),
            text=_("Asks your system for an order over HTTP, tells its status and offers the tracking link."),
            needs=(_("The address of your API"),),
        ),
        Sample(
            "lead",
            icon="target-arrow",
            title=_("Lead qualification"),
            text=_("Four questions, a score, and only those who are ready go to sales; the others get material."),
            needs=(_("A link to your material"),),
        ),
        Sample(
            "faq_ai",
            icon="sparkles",
            title=_("Questions answered by AI"),
            text=_(
                "An AI answers from what your company knows, and passes on to a person whenever it can't or shouldn't."
            ),
            needs=(_("An AI provider and your company's knowledge, under Connections"),),
        ),
        Sample(
            "satisfaction",
            icon="mood-smile",
            title=_("Satisfaction survey"),
            text=_("A rating with stars and an NPS; whoever is not content is asked why and can talk to a person."),
        ),
    )
}
