"""A server that is told to stop says so first, and closes its door when nobody comes any more."""

import signal
import time
from types import FrameType

import uvicorn
from litestar.datastructures import State


class DrainingServer(uvicorn.Server):
    """On SIGTERM, `/health/ready` says no for some seconds while every request is still answered.

    In that time a proxy learns to send nothing more here. Then the door closes, and requests
    under way are finished. A second SIGTERM, or Ctrl-C, closes at once.
    """

    def __init__(self, config: uvicorn.Config, state: State, seconds: float) -> None:
        super().__init__(config)
        self.state = state
        self.seconds = seconds
        self.close_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and self.started and self.close_at is None and self.seconds > 0:
            self.state.draining = True
            self.close_at = time.monotonic() + self.seconds
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if self.should_exit or self.state.draining:
            self.state.live.close()
        if self.close_at is not None and time.monotonic() >= self.close_at:
            super().handle_exit(signal.SIGTERM, None)
        return await super().on_tick(counter)
