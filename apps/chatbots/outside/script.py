"""A customer's script, in its cage."""

import asyncio

from apps.chatbots import scripting
from apps.chatbots.outside import redacting
from apps.chatbots.outside.base import Call, Got, Job
from apps.chatbots.scripting import Ran, ScriptError
from apps.core.http import OutboundClient


def prepare(job: Job) -> Call | Got:
    """It changes nothing outside, so it runs again when a killed worker may have run it."""
    work = job.work
    given = {**work["given"], "variables": work["variables"]}

    async def run(_client: OutboundClient) -> Ran | ScriptError:
        return await asyncio.to_thread(_ran, work["code"], given)

    return Call({"code": work["code"][: redacting.LONGEST]}, run, _got)


def _ran(code: str, given: dict[str, object]) -> Ran | ScriptError:
    try:
        return scripting.run(code, given)
    except ScriptError as error:
        return error


def _got(found: Ran | ScriptError) -> Got:
    console = {"console": redacting.body(found.console)} if found.console else {}
    if isinstance(found, ScriptError):
        return Got(error="script", shown={"error": "script", "why": found.sentence, **console})
    return Got({"result": found.result}, shown={"result": redacting.body(found.result), **console})
