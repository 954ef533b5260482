"""Keeping drafts and publishing versions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.audit.services import record
from apps.chatbots import graph as graphs
from apps.chatbots import proving, validation
from apps.chatbots.graph import Graph, Problem
from apps.chatbots.models import Bot, Flow, FlowVersion
from apps.chatbots.proving import Result
from apps.core.clock import now
from apps.core.text import clean_name
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm


class Conflict(ValidationError):
    """Somebody else saved the draft meanwhile; `revision` is theirs."""

    def __init__(self, revision: int) -> None:
        super().__init__(_("Someone else changed this flow. Load their version before you go on."), code="conflict")
        self.revision = revision


class NotPublishable(ValidationError):
    """`problems` say why, each with its node."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(_("Solve the problems of this flow before publishing it."), code="problems")
        self.problems = problems


class TestsFailed(ValidationError):
    """`results` are those of the tests that failed."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__(_("Tests of this flow fail. Look at them before publishing it."), code="tests")
        self.results = results


@transaction.atomic
def create_bot(*, name: str, by: Membership | None) -> Bot:
    """A bot that is off, with its main flow."""
    bot = Bot.objects.create(name=clean_name(name, 80) or _("New bot"))
    create_flow(bot, name=_("Main flow"), by=by, is_main=True)
    record("bot.created", actor=by, target=bot.name)
    return bot


def create_flow(bot: Bot, *, name: str, by: Membership | None, is_main: bool = False) -> Flow:
    draft = graphs.empty()
    return Flow.objects.create(bot=bot, name=clean_name(name, 80), draft=draft, draft_by=by, is_main=is_main)


@transaction.atomic
def save_draft(flow: Flow, graph: Any, revision: int, by: Membership | None) -> int:
    """Keep what was drawn on top of `revision`; gives the new revision. Raises Conflict when that is not the newest,
    BadGraph for what is no flow."""
    kept = graphs.dump(graphs.parse(graph))
    row = Flow.objects.select_for_update().get(pk=flow.pk)
    if row.draft_revision != revision:
        raise Conflict(row.draft_revision)
    if row.draft != kept:
        row.draft, row.draft_revision, row.draft_at, row.draft_by = kept, revision + 1, now(), by
        row.save(update_fields=["draft", "draft_revision", "draft_at", "draft_by"])
    flow.draft, flow.draft_revision = row.draft, row.draft_revision
    return row.draft_revision


def problems(flow_or_graph: Flow | Graph | dict[str, Any]) -> list[Problem]:
    """Of a flow's draft, or of a graph; those that block publishing first."""
    if isinstance(flow_or_graph, Graph):
        return validation.problems(flow_or_graph)
    raw = flow_or_graph.draft if isinstance(flow_or_graph, Flow) else flow_or_graph
    try:
        return validation.problems(graphs.parse(raw))
    except graphs.BadGraph as error:
        return [Problem("", "", error.messages[0])]


@transaction.atomic
def publish(
    flow: Flow, by: Membership | None, note: str = "", canary_percent: int = 100, *, despite_tests: bool = False
) -> FlowVersion:
    """Make the draft a version that never changes. New sessions begin on it, or `canary_percent` of them; those that
    run stay where they began. Raises NotPublishable; TestsFailed, unless somebody who may publishes in spite of it."""
    row = Flow.objects.select_for_update().get(pk=flow.pk)
    found = problems(row)
    if any(problem.blocks for problem in found):
        raise NotPublishable(found)
    graph = validation.cleaned(graphs.parse(row.draft))
    failed = [result for result in proving.run_all(row) if not result.passed]
    if failed and not (despite_tests and by is not None and has_perm(by, Perm.OVERRIDE_BOT_TESTS)):
        raise TestsFailed(failed)
    made = _new_version(row, graph, by=by, note=note, canary_percent=canary_percent)
    if failed:
        names = [result.test.name for result in failed]
        record("flow.tests_overridden", actor=by, target=row.name, number=made.number, tests=names)
    return made


@transaction.atomic
def rollback(flow: Flow, to_version: FlowVersion, by: Membership | None) -> FlowVersion:
    """Publish an earlier version again, as a new one; the draft stays. Raises ValidationError for another flow's."""
    row = Flow.objects.select_for_update().get(pk=flow.pk)
    if to_version.flow_id != row.pk:
        raise ValidationError(_("This version belongs to another flow."))
    note = _("Back to version %(number)d") % {"number": to_version.number}
    return _new_version(row, to_version.graph, by=by, note=note, canary_percent=100)


def _new_version(
    flow: Flow, graph: dict[str, Any], *, by: Membership | None, note: str, canary_percent: int
) -> FlowVersion:
    last = flow.versions.aggregate(last=Max("number"))["last"] or 0
    percent = min(100, max(1, canary_percent)) if last else 100
    version = FlowVersion.objects.create(
        flow=flow,
        number=last + 1,
        graph=graph,
        note=clean_name(note, 200),
        published_by=by,
        canary_percent=percent,
    )
    record("flow.published", actor=by, target=flow.name, number=version.number, canary_percent=percent)
    return version
