"""What a node sees and may do while it is the current one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from apps.chatbots import effects, state, values
from apps.chatbots.state import Answered, Event, Said, State, Waiting


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a node decided: leave through `port`, rest (`wait`), go to a node (`jump`), into another flow (`enter`),
    or finish the session (`finish`: a status)."""

    port: str = ""
    wait: Waiting | None = None
    jump: str = ""
    enter: str = ""
    finish: str = ""


NEXT = Outcome(port="next")


class Turn:
    """`event`: None when the node is entered, else what it waited for. `memory` lasts while it is the current node."""

    __slots__ = ("_seed", "at", "delta", "effects", "event", "facts", "state")

    def __init__(self, state: State, at: datetime, seed: int, facts: Mapping[str, Any]) -> None:
        self.state, self.at, self.facts = state, at, facts
        self.event: Event | None = None
        self.effects: list[Any] = []
        self.delta: dict[str, Any] = {}
        self._seed = seed

    @property
    def memory(self) -> dict[str, Any]:
        return self.state.memory

    @property
    def said(self) -> Said | None:
        return self.event if isinstance(self.event, Said) else None

    @property
    def answered(self) -> Answered | None:
        return self.event if isinstance(self.event, Answered) else None

    @property
    def random(self) -> Random:
        """The same in every replay of this input."""
        return Random(f"{self._seed}.{self.state.steps}")

    def key(self) -> str:
        return f"{self.state.steps}.{len(self.effects)}"

    def reference(self) -> str:
        """A name for something outside: 25 letters and digits, the same in every replay."""
        return f"{self.random.getrandbits(128):032x}"[:25]

    def text(self, text: str) -> str:
        return values.render(text, self.state.variables, self.facts)

    def value(self, path: str) -> Any:
        return values.lookup(path, self.state.variables, self.facts)

    def set(self, name: str, value: Any) -> None:
        """Remember under a name; an empty name means that nobody wants it."""
        if name:
            self.state.variables[name] = value
            self.delta[name] = value

    def do(self, effect: type[effects.Effect], **fields: Any) -> str:
        key = self.key()
        self.effects.append(effect(key, **fields))
        return key

    def send(self, text: str, kind: str = "text", media: str = "", **content: Any) -> None:
        """Nothing goes out when there would be nothing to read."""
        if text.strip() or media or kind == "template":
            self.do(effects.Send, kind=kind, text=text, content=content, media=media)

    def hear(self, until: datetime | None = None) -> Outcome:
        """Rest until the customer says something."""
        return Outcome(wait=Waiting(state.REPLY, self.key(), until))

    def rest(self, until: datetime) -> Outcome:
        return Outcome(wait=Waiting(state.TIME, self.key(), until))

    def work(self, effect: type[effects.Work], until: datetime, **fields: Any) -> Outcome:
        """Have outside work done; the node is called again with its answer, or when `until` is past."""
        return Outcome(wait=Waiting(state.RESULT, self.do(effect, **fields), until))
