"""From claimed work to fed answers: each goes to its session as soon as it is there, while others are awaited."""

from concurrent.futures import FIRST_COMPLETED, wait

from apps.chatbots import runner
from apps.chatbots.working import AT_ONCE, Claimed, Outside, Running, claim
from apps.organizations.tenancy import tenant_scope

LOOK_AGAIN = 0.5  # seconds between two looks for new work while calls are under way


def work_all() -> int:
    """Everything that waits for an answer from outside; returns how many got one."""
    done, running = 0, dict[object, tuple[Claimed, Running]]()
    with Outside() as outside:
        while True:
            for claimed in claim(AT_ONCE - len(running)) if len(running) < AT_ONCE else ():
                with tenant_scope(claimed.organization):
                    started = outside.start(claimed.job)
                running[started.future] = claimed, started
            if not running:
                return done
            for future in wait([each.future for _claimed, each in running.values()], LOOK_AGAIN, FIRST_COMPLETED).done:
                claimed, started = running.pop(future)
                _feed(outside, claimed, started)
                done += 1


def _feed(outside: Outside, claimed: Claimed, started: Running) -> None:
    with tenant_scope(claimed.organization):
        done = outside.finish(started)
        conversation = claimed.job.conversation
        if conversation is not None:
            runner.run_one(claimed.session, conversation, done.answered, done)
