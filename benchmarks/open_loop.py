"""Requests that leave on a clock, however slow the answers are; each time counts from the request's beat.

One thread over kept connections, as a proxy's are: it runs in a process of its own beside the server's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """How long after its beat a request was answered whole, and how."""

    place: int
    ms: float
    status: int


class Client:
    """Asks over kept connections: a free one where there is one, else a new one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, target: str) -> int:
        """One question; answers the status once the whole answer is here."""
        return await self.send(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    async def send(self, request: bytes) -> int:
        """One request as it goes over the wire; answers the status once the whole answer is here."""
        reader, writer = await self._connection()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        self._free.append((reader, writer))
        return int(head.split(b" ", 2)[1])

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():  # the server closes what was idle for some seconds
                return reader, writer
        return await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        """Let the connections go."""
        for _, writer in self._free:
            writer.close()


async def run(port: int, targets: Sequence[str], rate: float) -> list[Answer]:
    """Every question on its beat, whether those before it are answered or not."""
    client, answers = Client(port), []
    began = time.perf_counter()

    async def one(place: int, beat: float, target: str) -> None:
        status = await client.get(target)
        answers.append(Answer(place, (time.perf_counter() - beat) * 1000, status))

    async with asyncio.TaskGroup() as asking:
        for place, target in enumerate(targets):
            beat = began + place / rate
            await asyncio.sleep(max(0.0, beat - time.perf_counter()))
            asking.create_task(one(place, beat, target))
    client.close()
    return answers


def told(times: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the worst of these, in ms."""
    ordered = sorted(times)
    at = {"p50_ms": 0.5, "p99_ms": 0.99, "worst_ms": 1.0}
    return {name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2) for name, share in at.items()}
