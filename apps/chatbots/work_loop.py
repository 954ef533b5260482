"""From claimed work to fed answers."""

from apps.chatbots import runner, working
from apps.organizations.tenancy import tenant_scope


def work_all() -> int:
    """Everything that waits for an answer from outside; returns how many got one."""
    done = 0
    while claimed := working.claim():
        found = working.answers([(work, began) for _session, _company, _conversation, work, began in claimed])
        for (session, company, conversation, _work, _began), answer in zip(claimed, found, strict=True):
            with tenant_scope(company):
                runner.run_one(session, conversation, answer)
        done += len(claimed)
    return done
