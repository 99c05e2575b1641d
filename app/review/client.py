"""The supervisor's desk as a client of the review API: one method for each thing a desk can ask.

A decision must be taken on what everyone has sent, so nothing here is kept: each call asks the server. A problem the
server names is raised as the same `Failed`; a network that is not there is `server_down`. Calls block and may be made
from any thread; `timeout` is in seconds and bounds the wait for each part of the answer.
"""

import threading
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

import requests

from app.review import reading
from app.review.answers import AuditPage, Code, Counts, Device, HeldChange, Login, Person, Queue, VisitPage
from app.review.disputes import Disputes
from app.review.registrations import DoublePage, Doubles
from schemas import codec
from schemas.codec import NotCanonical, Value
from schemas.problems import Failed

T = TypeVar("T")


class Review:
    """A desk at the server of `url`. After `login` it holds the token, and drops it at `logout` or when it is over."""

    def __init__(self, url: str, timeout: float = 20) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._here = threading.local()
        self.who: Login | None = None

    def login(self, user: str, password: str) -> Login:
        """Raises Failed("wrong_login") or, after too many wrong tries, Failed("wait", seconds=…)."""
        self.who = self._ask(Login, "POST", "/review/login", {"user": user, "password": password})
        return self.who

    def logout(self) -> None:
        """Ends the session at the server too, when it can be reached."""
        if self.who is None:
            return
        try:
            self._send("POST", "/review/logout", {})
        finally:
            self.who = None

    def counts(self) -> Counts:
        return self._ask(Counts, "GET", "/review/counts")

    def queue(self, status: str = "done", after: str | None = None, limit: int = 50) -> Queue:
        """The visits of a status within the scope, oldest received first."""
        return self._ask(Queue, "GET", "/review/queue", query={"status": status, "after": after, "limit": limit})

    def visit(self, visit: str) -> VisitPage:
        """Everything about one visit; the server notes that this person's file was read."""
        return self._ask(VisitPage, "GET", f"/review/visits/{_part(visit)}")

    def photo(self, photo: str) -> bytes:
        """A photo that the server has received; noted like the reading of a file."""
        return self._request("GET", f"/review/photos/{_part(photo)}").content

    def approve(self, visit: str, assessment: str | None, reason: str = "") -> VisitPage:
        """Decides as the assessment proposes; None for a visit that ended without one (refused, moved …). Raises
        Failed: stale, provisional, undetermined, already_decided, changed_meanwhile, reason_needed, forbidden."""
        said = {"assessment": assessment, "reason": reason}
        return self._ask(VisitPage, "POST", f"/review/visits/{_part(visit)}/approve", said)

    def return_visit(self, visit: str, comment: str, comments: Mapping[str, str] | None = None) -> VisitPage:
        """Sends the visit back to its visitor with a comment, and one on each slot named."""
        said = {"comment": comment, "comments": dict(comments or {})}
        return self._ask(VisitPage, "POST", f"/review/visits/{_part(visit)}/return", said)

    def settle(self, record: str, slot: str, choose: str, seen: tuple[str, ...], reason: str = "") -> None:
        """Closes a conflict in favour of the value that change `choose` wrote. Raises Failed("changed_meanwhile") when
        `seen` is no longer all there is."""
        said = {"record": record, "slot": slot, "choose": choose, "seen": list(seen), "reason": reason}
        self._send("POST", "/review/conflicts/settle", said)

    def disputes(self, after: str | None = None, limit: int = 20) -> Disputes:
        """The households about which two people say different things."""
        return self._ask(Disputes, "GET", "/review/conflicts", query={"after": after, "limit": limit})

    def doubles(self, after: str | None = None, limit: int = 50) -> Doubles:
        """What may be registered twice and nobody has decided, the clearest first."""
        return self._ask(Doubles, "GET", "/review/duplicates", query={"after": after, "limit": limit})

    def decided_doubles(self) -> Doubles:
        """What was decided of registrations, the latest first."""
        return self._ask(Doubles, "GET", "/review/duplicates/decided")

    def double(self, low: str, high: str) -> DoublePage:
        """Two registrations side by side; the server notes that their files were read."""
        return self._ask(DoublePage, "GET", f"/review/duplicates/{_part(low)}/{_part(high)}")

    def decide_double(self, page: DoublePage, households: str, people: Mapping[str, str], basis: str) -> DoublePage:
        """Says whether two households are one (`same`, `different`; empty within one) and of each pair of people by
        its key. The next answer takes this one back. Raises Failed: changed_meanwhile, not_your_area, forbidden."""
        said = {"households": households, "people": dict(people), "basis": basis, "seen": list(page.seen)}
        path = f"/review/duplicates/{_part(page.low)}/{_part(page.high)}"
        return self._ask(DoublePage, "POST", path, said)

    def assess(self, visit: str) -> VisitPage:
        """A new assessment of the visit on the facts as they stand now."""
        return self._ask(VisitPage, "POST", f"/review/visits/{_part(visit)}/assess", {})

    def held(self) -> tuple[HeldChange, ...]:
        """The changes set aside for a supervisor, oldest first."""
        return self._ask(tuple[HeldChange, ...], "GET", "/review/held", inside="held")

    def release(self, change: str) -> None:
        """Takes a held change into the feed. Raises Failed with the reason again where no record can hold it."""
        self._send("POST", f"/review/held/{_part(change)}/release", {})

    def dismiss(self, change: str) -> None:
        """Lets a held change rest, kept and unused."""
        self._send("POST", f"/review/held/{_part(change)}/dismiss", {})

    def people(self) -> tuple[Person, ...]:
        return self._ask(tuple[Person, ...], "GET", "/review/people", inside="people")

    def devices(self) -> tuple[Device, ...]:
        return self._ask(tuple[Device, ...], "GET", "/review/devices", inside="devices")

    def new_code(self, user: str) -> Code:
        """A one-time code to enrol a device for this person; it is shown once and kept nowhere in clear."""
        return self._ask(Code, "POST", "/review/codes", {"user": user})

    def revoke(self, device: str) -> None:
        self._send("POST", f"/review/devices/{_part(device)}/revoke", {})

    def audit(self, after: int | None = None, limit: int = 100) -> AuditPage:
        """Audit lines, newest first, continuing below number `after`."""
        return self._ask(AuditPage, "GET", "/review/audit", query={"after": after, "limit": limit})

    def _ask(
        self,
        kind: type[T],
        method: str,
        path: str,
        said: Value = None,
        query: Mapping[str, Value] | None = None,
        inside: str | None = None,
    ) -> T:
        data = self._send(method, path, said, query)
        return reading.read(kind, data[inside] if inside and isinstance(data, dict) and inside in data else data)

    def _send(self, method: str, path: str, said: Value = None, query: Mapping[str, Value] | None = None) -> Value:
        answer = self._request(method, path, said, query)
        if answer.status_code == 204:
            return None
        try:
            return codec.decode(answer.content)
        except NotCanonical:
            raise Failed("protocol_unknown") from None

    def _request(
        self, method: str, path: str, said: Value = None, query: Mapping[str, Value] | None = None
    ) -> requests.Response:
        headers = {"Accept": "application/json"}
        if self.who is not None:
            headers["Authorization"] = f"Bearer {self.who.token}"
        if said is not None:
            headers["Content-Type"] = "application/json"
        params = {k: str(v) for k, v in (query or {}).items() if v is not None}
        body = None if said is None else codec.encode(said)
        try:
            answer = self._session().request(
                method, self.url + path, params=params, data=body, headers=headers, timeout=self._timeout
            )
        except requests.RequestException:
            # The exception names the address; nothing of it goes further.
            raise Failed("server_down") from None
        if answer.status_code >= 400:
            raise self._problem(answer)
        return answer

    def _problem(self, answer: requests.Response) -> Failed:
        try:
            data = codec.decode(answer.content)
        except NotCanonical:
            # Not the server's own words: something on the way to it answered.
            return Failed("server_down" if answer.status_code >= 502 else "protocol_unknown")
        code = data.get("code") if isinstance(data, dict) else None
        figures = data.get("figures") if isinstance(data, dict) else None
        if code == "session_over":
            self.who = None
        return Failed(
            code if isinstance(code, str) else "unknown",
            **{k: v for k, v in figures.items() if isinstance(k, str)} if isinstance(figures, dict) else {},
        )

    def _session(self) -> requests.Session:
        # requests does not promise that one session may be used from several threads at once.
        if not hasattr(self._here, "session"):
            self._here.session = requests.Session()
        session: requests.Session = self._here.session
        return session


def _part(text: str) -> str:
    """One part of a path, whatever stands in it."""
    return quote(text, safe="")
