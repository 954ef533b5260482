"""How a simulator is started: command line first, then SIMULATOR_* variables, then defaults that work alone."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Config:
    host: str = "127.0.0.1"
    port: int = 8001
    webhook_url: str = ""
    app_secret: str = "test_app_secret"  # noqa: S105 - the documented value of the test vectors
    verify_token: str = "simulator-verify"  # noqa: S105
    access_token: str = "simulator-token"  # noqa: S105
    app_id: str = "670843887433847"
    business_id: str = "506914307656634"
    waba_id: str = "102290129340398"
    phone_number_id: str = "106540352242922"
    display_number: str = "+55 11 4002-0100"
    verified_name: str = "Loja Aurora"
    public_url: str = ""
    window: str = "enforce"
    seed: int = 0

    @property
    def base_url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"


HELP = {
    "webhook_url": "where webhooks are posted; empty keeps the simulator silent",
    "window": "24-hour window: enforce, known (only for customers seen writing) or off",
    "public_url": "the address put into media links; http://HOST:PORT by default",
    "seed": "seed of the fault dice; 0 picks a new one at each start",
}


def parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python -m apps.simulator", description="WhatsApp Cloud API, simulated.")
    for field in fields(Config):
        kind = int if field.type in (int, "int") else str
        default = environ.get(f"SIMULATOR_{field.name.upper()}", str(field.default))
        flag = "--" + field.name.replace("_", "-")
        result.add_argument(flag, type=kind, default=kind(default), help=HELP.get(field.name, "%(default)s"))
    return result


def load(argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    return Config(**vars(parser(environ).parse_args(argv)))
