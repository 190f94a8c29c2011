"""A reference platform as a process."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

ROLES = {
    "freelancer": ("camille.demo", "demo-camille"),
    "client": ("nadia.demo", "demo-nadia"),
    "both": ("sam.demo", "demo-sam"),
}


class Market:
    """A platform with a demo market of its own, gone with its data when the block ends."""

    def __init__(self, binary: Path, log: Path, seed_value: int = 1) -> None:
        self._data = tempfile.TemporaryDirectory(prefix="presta-contract-")
        self._log = log.open("wb")
        command = [str(binary), "serve", "--listen", "127.0.0.1:0", "--data", self._data.name]
        command += ["--seed", "130", "--seed-value", str(seed_value), "--requests-per-minute", "4000000000"]
        # Quotas have tests of their own; here they would be all that most bids meet.
        command += ["--bids-per-month", "1000000"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._log, env={**os.environ, "RUST_LOG": "warn"}
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        if not ready:
            raise RuntimeError(f"the platform did not start: {log}")
        self.url: str = json.loads(ready)["url"]

    def __enter__(self) -> Market:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()
        self._data.cleanup()

    def is_up(self) -> bool:
        """Whether the process lives: a fuzzer must not bring it down."""
        return self._process.poll() is None
