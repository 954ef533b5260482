"""`python -m apps.simulator`: the simulator as its own process."""

import uvicorn

from apps.simulator.app import create_app
from apps.simulator.config import load


def main() -> None:
    config = load()
    uvicorn.run(
        create_app(config),
        host=config.host,
        port=config.port,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
