"""How Elasticsearch 9 and OpenSearch 2 and 3 are spoken to: one client, its errors in our words, patience where it helps."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import (
    ConnectionTimeout,
    HeadApiResponse,
    HttpHeaders,
    TransportError,
    Urllib3HttpNode,
)
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from archive.errors import EngineAway, EngineFailed
from search.adapters.elastic_address import Address

_LOG = logging.getLogger(__name__)
BUSY = frozenset({429, 502, 503, 504})
"""Too many requests, the circuit breaker, or shards that are still being opened: it passes."""
_ANSWERS = frozenset({400, 404, 409, 413})
"""What the caller may have reckoned with."""
_USUAL_LARGEST_BYTES = 100 << 20


class Busy(EngineAway):
    """The server answers that it is too busy, and was waited for."""


class OpenSearchNode(Urllib3HttpNode):
    """Speaks to OpenSearch: it knows neither the client's media types nor the header that the client insists on."""

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: Any = DEFAULT,
    ) -> Any:
        """As the node does, in plain JSON."""
        plain = HttpHeaders(headers or {})
        for name in ("accept", "content-type"):
            kind = plain.get(name) or ""
            if "vnd.elasticsearch+" in kind:
                plain[name] = "application/x-ndjson" if "ndjson" in kind else "application/json"
        answer = super().perform_request(method, target, body, plain, request_timeout)
        answer.meta.headers["x-elastic-product"] = "Elasticsearch"
        return answer


@dataclass(frozen=True, slots=True)
class Patience:
    """How long (s) the beginning of something, a question and a change may take, and how long one waits for a busy server."""

    start_s: float = 1.0
    question_s: float = 10.0
    change_s: float = 120.0
    question_waits_s: float = 2.0
    change_waits_s: float = 60.0
    pause_s: float = 0.05
    longest_pause_s: float = 5.0


class Server:
    """One server. Connects at the first request; safe to use from many threads."""

    def __init__(self, address: Address, patience: Patience | None = None) -> None:
        self.address = address
        self.patience = patience or Patience()

    @cached_property
    def _client(self) -> Elasticsearch:
        given: dict[str, Any] = {"ca_certs": self.address.ca} if self.address.ca else {}
        if self.address.user:
            given["basic_auth"] = (self.address.user, self.address.password)
        if self.address.flavour == "opensearch":
            given["node_class"] = OpenSearchNode
        return Elasticsearch(self.address.node, max_retries=0, **given)

    @lru_cache(maxsize=8)  # noqa: B019 (a process has one or two servers, for good)
    def _hurried(self, timeout_s: float) -> Elasticsearch:
        """The client that waits so long: to make one costs as much as half a question."""
        return self._client.options(request_timeout=timeout_s)

    def question(self, call: Callable[[Elasticsearch], Any], waits: bool = True) -> Any:
        """What the server answers; `waits` says whether to try again while it is busy. Safe to repeat.

        Raises:
            EngineAway: it does not answer; `Busy` where it is too busy.
            ApiError: it says that something is not there or not right (400, 404, 409, 413).
        """
        return self._patiently(call, self.patience.question_s, self.patience.question_waits_s if waits else 0.0)

    def change(self, call: Callable[[Elasticsearch], Any], waits_s: float | None = None) -> Any:
        """What the server answers to a change; waits longer while it is busy. Raises as `question` does."""
        return self._patiently(
            call, self.patience.change_s, self.patience.change_waits_s if waits_s is None else waits_s
        )

    def start(self, call: Callable[[Elasticsearch], Any]) -> None:
        """Have the server begin what may take long; it goes on when nobody waits. Raises as `question` does."""
        try:
            call(self._hurried(self.patience.start_s))
        except ConnectionTimeout:
            _LOG.debug("%s goes on by itself", self._name)
        except TransportError as error:
            raise EngineAway(f"{self._name} does not answer: {error.message}") from error

    def _patiently(self, call: Callable[[Elasticsearch], Any], timeout_s: float, waits_s: float) -> Any:
        waiting = Waiting(self.patience, waits_s)
        while True:
            try:
                return self._told(call, timeout_s)
            except ApiError as error:
                # What stands between may answer 413 in its own way; any other answer that is not the server's says nothing.
                if error.status_code == 413 or (error.status_code in _ANSWERS and isinstance(error.body, dict)):
                    raise
                if error.status_code not in BUSY:
                    raise EngineFailed(f"{self._name} answers {error.status_code}: {why(error)}") from error
                if not waiting.a_while():
                    raise Busy(f"{self._name} is too busy ({error.status_code}): {why(error)}") from error

    def _told(self, call: Callable[[Elasticsearch], Any], timeout_s: float) -> Any:
        try:
            answer = call(self._hurried(timeout_s))
        except (NoConnection, ConnectionTimeout) as error:
            raise EngineAway(f"{self._name} does not answer: {error.message}") from error
        except UnsupportedProductError as error:
            raise EngineAway(f"{self._name} is another kind of server: {error}") from error
        except TransportError as error:
            raise EngineAway(f"{self._name} was not understood: {error}") from error
        if isinstance(answer, HeadApiResponse):
            return bool(answer)
        if not isinstance(answer.body, dict):  # the connection broke among the headers
            raise EngineAway(f"{self._name} was not understood: its answer is no JSON object")
        return answer.body

    @property
    def _name(self) -> str:
        return f"{self.address.flavour} at {self.address.place}"

    def version(self) -> str:
        """The server's version. Raises EngineAway."""
        try:
            return str(self.question(lambda client: client.info())["version"]["number"])
        except ApiError as error:
            raise EngineFailed(f"{self._name} does not tell its version: {why(error)}") from error

    @cached_property
    def largest_request_bytes(self) -> int:
        """What the server takes in one request: beyond it breaks the connection, often before it says why."""
        try:
            told = self.question(lambda client: client.nodes.info(metric="http"))["nodes"].values()
            return min(int(node["http"]["max_content_length_in_bytes"]) for node in told)
        except (ApiError, EngineFailed, KeyError, ValueError):
            return _USUAL_LARGEST_BYTES  # a server kept by others may not tell

    def open_point_in_time(self, index: str, keep: str) -> str:
        """A view of the index that later changes do not touch; both servers have it, each by its own name."""
        if self.address.flavour == "opensearch":
            path = f"/{index}/_search/point_in_time"
            ask = {"keep_alive": keep}
            answer = self.question(
                lambda client: client.perform_request("POST", path, params=ask, headers={"accept": "application/json"})
            )
            return str(answer["pit_id"])
        return str(self.question(lambda client: client.open_point_in_time(index=index, keep_alive=keep))["id"])


class Waiting:
    """Waits between tries, longer each time, until it has waited for so long in all."""

    def __init__(self, patience: Patience, most_s: float) -> None:
        self._pause_s, self._longest_s = patience.pause_s, patience.longest_pause_s
        self._until = time.monotonic() + most_s

    def a_while(self) -> bool:
        """Wait; False where the time is over."""
        if time.monotonic() + self._pause_s > self._until:
            return False
        time.sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, self._longest_s)
        return True


def why(error: ApiError) -> str:
    """The server's own reason, in one line."""
    told = error.body.get("error") if isinstance(error.body, dict) else None
    if isinstance(told, dict):
        causes = told.get("root_cause") or [told]
        return f"{told.get('type')}: {causes[0].get('reason') or told.get('reason')}"[:500]
    return str(told or error.message)[:500]


def kind_of(error: ApiError) -> str:
    """The server's name for what is wrong, such as index_not_found_exception."""
    told = error.body.get("error") if isinstance(error.body, dict) else None
    return str(told.get("type", "")) if isinstance(told, dict) else ""
