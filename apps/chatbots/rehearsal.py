"""A flow rehearsed: the engine alone, played from a script. Nothing is sent, asked or kept, and the same script on the
same flow gives the same transcript, so that a script is all there is to a simulation and to a test.

A script is JSON: `{at, seed, first, moves}`; `at` is an ISO moment, `first` what the customer began with. Moves:
`{do: say, text, kind, payload}`, `{do: wait, seconds}`, `{do: timer}`, `{do: set, name, value}`, `{do: window, open}`,
`{do: hours, open}`, `{do: answer, value, error}` (to what the flow asks outside).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots import effects, engine
from apps.chatbots import state as states
from apps.chatbots.engine import Program
from apps.chatbots.state import Answered, Began, Event, Said, State, TimeCame
from apps.conversations.sending.door import NotSent, require_content, require_window
from apps.whatsapp.providers.base import SendKind

WINDOW = timedelta(hours=24)
MOST_MOVES = 200
MOST_TIMERS = 500  # of one wait
DRAFT = "draft"  # the version id of what is not published yet
BOT, CUSTOMER, NOTE, REFUSED = "bot", "customer", "note", "refused"

Script = dict[str, Any]
Move = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript; `node` is the step that said it, `content` its buttons and rows."""

    who: str
    text: str
    at: datetime
    kind: str = "text"
    node: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Transcript:
    """Where the rehearsal stands. `asked` is what the flow waits for from outside, if it does."""

    state: State
    at: datetime
    window_until: datetime
    lines: list[Line] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    asked: Any = None
    is_open: bool = True

    @property
    def is_window_open(self) -> bool:
        return self.at < self.window_until

    @property
    def said(self) -> list[Line]:
        """What the bot said, in order."""
        return [line for line in self.lines if line.who == BOT]


def new_script(at: datetime, first: str = "Oi", seed: int = 0) -> Script:
    return {"at": at.isoformat(), "seed": seed, "first": first, "moves": []}


def play(programs: Mapping[str, Program], script: Script, facts: Mapping[str, Any], version: str = DRAFT) -> Transcript:
    """The whole script. `facts` are those of the engine; the moment and the last words are the script's own."""
    return _Stage(programs, script, facts, version).play()


class _Stage:
    def __init__(self, programs: Mapping[str, Program], script: Script, facts: Mapping[str, Any], version: str) -> None:
        at = datetime.fromisoformat(script["at"])
        self.programs, self.script, self.facts = programs, script, facts
        self.seen = Transcript(engine.begin(programs[version]), at, at + WINDOW)
        self.last = script["first"]

    def play(self) -> Transcript:
        self._note_line(CUSTOMER, self.last)
        self._feed(Began())
        for move in self.script["moves"][:MOST_MOVES]:
            _MOVES[move["do"]](self, move)
        return self.seen

    def say(self, move: Move) -> None:
        seen = self.seen
        self.last = str(move.get("text", ""))
        self._note_line(CUSTOMER, self.last, kind=move.get("kind", "text"))
        seen.window_until = seen.at + WINDOW
        media = "sample" if move.get("kind", "text") not in ("text", "button", "interactive", "location") else ""
        self._feed(Said(f"said-{len(seen.lines)}", move.get("kind", "text"), self.last, move.get("payload", ""), media))

    def wait(self, move: Move) -> None:
        """Time passes, timer by timer."""
        until = self.seen.at + timedelta(seconds=float(move["seconds"]))
        for _number in range(MOST_TIMERS):
            due = self.due()
            if due is None or due > until:
                break
            self.seen.at = max(due, self.seen.at)
            self._feed(TimeCame())
        self.seen.at = until

    def timer(self, _move: Move) -> None:
        if due := self.due():
            self.seen.at = max(due, self.seen.at)
            self._feed(TimeCame())

    def due(self) -> datetime | None:
        waiting = self.seen.state.waiting
        return waiting.until if waiting else None

    def set(self, move: Move) -> None:
        self.seen.state.variables[str(move["name"])] = move.get("value")

    def window(self, move: Move) -> None:
        self.seen.window_until = self.seen.at + (WINDOW if move["open"] else timedelta())

    def hours(self, move: Move) -> None:
        self.seen.is_open = bool(move["open"])

    def answer(self, move: Move) -> None:
        if (asked := self.seen.asked) is not None:
            self._feed(Answered(asked.key, move.get("value"), str(move.get("error", ""))))

    def _feed(self, event: Event) -> None:
        """One input, as the runner gives it; a refused message undoes the turn and brings a person."""
        seen, given = self.seen, engine.Input(self.seen.at, event, self.programs, self.script["seed"], self._facts())
        after, done = engine.advance(seen.state, given)
        nodes = {took.number: took.node for took in done if isinstance(took, effects.Took)}
        kept = len(seen.lines)
        try:
            for effect in done:
                self._perform(effect, nodes)
        except NotSent as error:
            del seen.lines[kept:]
            self._note_line(REFUSED, error.messages[0], node=list(nodes.values())[-1] if nodes else "")
            after = _handed(seen.state, str(error.code))
        seen.state = after
        seen.path += nodes.values()
        self._look_outside(done)

    def _facts(self) -> dict[str, Any]:
        clock = {"date": self.seen.at.strftime("%d/%m/%Y"), "time": self.seen.at.strftime("%H:%M")}
        return {**self.facts, "now": clock, "last": {"text": self.last}}

    def _look_outside(self, done: list[Any]) -> None:
        waiting = self.seen.state.waiting
        wanted = waiting.key if waiting and waiting.kind == states.RESULT else None
        asked = next((effect for effect in done if getattr(effect, "key", None) == wanted), None) if wanted else None
        if wanted is None or asked is not None:
            self.seen.asked = asked
        if isinstance(asked, effects.CheckHours):
            self._feed(Answered(asked.key, self.seen.is_open))

    def _perform(self, effect: Any, nodes: Mapping[int, str]) -> None:
        if isinstance(effect, effects.Took | effects.Wait):
            return
        node = nodes.get(int(effect.key.split(".")[0]), "")
        if isinstance(effect, effects.Send):
            self._require_sendable(effect)
            self._note_line(BOT, effect.text, kind=effect.kind, node=node, content=effect.content)
        elif not isinstance(effect, effects.Work):
            self._note_line(NOTE, told(effect), node=node)

    def _require_sendable(self, effect: effects.Send) -> None:
        kind = SendKind(effect.kind)
        require_window(kind, self.seen.is_window_open)
        require_content(kind, effect.text, effect.content, has_media=bool(effect.media))

    def _note_line(self, who: str, text: str, **more: Any) -> None:
        self.seen.lines.append(Line(who, text, self.seen.at, **more))


_MOVES: dict[str, Callable[[_Stage, Move], None]] = {
    "say": _Stage.say,
    "wait": _Stage.wait,
    "timer": _Stage.timer,
    "set": _Stage.set,
    "window": _Stage.window,
    "hours": _Stage.hours,
    "answer": _Stage.answer,
}


def _handed(before: State, reason: str) -> State:
    state = before.copy()
    state.status, state.reason, state.waiting = states.HANDED, reason, None
    return state


def told(effect: Any) -> str:
    """What a flow does beside talking, in a sentence."""
    words = {
        effects.Handoff: _("A person gets the conversation."),
        effects.Finished: _("The flow is over."),
        effects.Tag: _("A tag changes."),
        effects.SetField: _("A field of the contact changes."),
        effects.Note: _("A note is left for the agents."),
        effects.OptOut: _("The choice about marketing changes."),
        effects.Track: _("An event is counted."),
        effects.Assign: _("The conversation is assigned."),
        effects.Close: _("The conversation is closed."),
    }
    return words.get(type(effect)) or _("Something is done: %(what)s.") % {"what": type(effect).__name__}
