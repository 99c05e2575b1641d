"""A window without a browser: a real Flet session whose other end is this test.

Everything the page would be sent is really packed (so a control that cannot travel fails here), events are what a page
would send back, and an error of a handler or of a render fails the test instead of being shown. Things are found as a
reader finds them: by the words on them, or by the identifier of their `Semantics`.
"""

import asyncio
import concurrent.futures
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import flet as ft
import msgpack
from flet.components.component import Component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page, context
from flet.messaging.connection import Connection
from flet.messaging.protocol import (
    InvokeMethodRequestBody,
    Message,
    MessageAction,
    RegisterClientResponseBody,
    SessionCrashedBody,
    configure_encode_object_for_msgpack,
)
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from app.ui import look

C = TypeVar("C", bound=BaseControl)

PATIENCE = 20.0
"""Seconds until something awaited is missing for good; only ever spent by a failing test."""


class Wire(Connection):
    """The page's end of the connection: packs what is sent, answers calls as a page does; an answer may be worked out
    from the call's arguments."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Flet's own
        self.loop = asyncio.get_running_loop()
        self.executor = concurrent.futures.ThreadPoolExecutor(2)
        self.pubsubhub = PubSubHub(loop=self.loop, executor=self.executor)
        self.page_url = "http://window.test"
        self.session: Session
        self.crashes: list[str] = []
        self.bytes = 0
        self._answers = answers
        self._pack = configure_encode_object_for_msgpack(BaseControl)
        self._moves: set[asyncio.Task[None]] = set()

    def send_message(self, message: Message) -> None:
        self.bytes += len(msgpack.packb([message.action, message.body], default=self._pack))
        if isinstance(message.body, SessionCrashedBody):
            self.crashes.append(message.body.message)
        elif isinstance(message.body, InvokeMethodRequestBody):
            self.loop.call_soon(self._answer, message.body)

    def _answer(self, call: InvokeMethodRequestBody) -> None:
        if call.name == "push_route":
            task = self.loop.create_task(self._move((call.args or {})["route"]))
            self._moves.add(task)
            task.add_done_callback(self._moves.discard)
        answer = self._answers.get(call.name)
        told = answer(call.args or {}) if callable(answer) else answer
        self.session.handle_invoke_method_results(call.control_id, call.call_id, told, None)

    async def _move(self, route: str) -> None:
        self.session.apply_page_patch({"route": route})
        await self.session.dispatch_event(1, "route_change", {"route": route})


class Window:
    """One window of `main`; use it as an async context."""

    def __init__(
        self,
        main: Callable[[ft.Page], Awaitable[None]],
        *,
        width: int = 390,
        height: int = 844,
        route: str = "/",
        answers: dict[str, Any] | None = None,
    ) -> None:
        self._main = main
        self._size = {"width": width, "height": height}
        self._route = route
        self._answers = answers or {}

    async def __aenter__(self) -> Self:
        self.wire = Wire(self._answers)
        self.session = self.wire.session = Session(self.wire)
        self.page = self.session.page
        first = {"route": self._route, **self._size, "platform": "android", "web": False}
        self.session.apply_page_patch(first)
        _context_page.set(self.page)
        look.dress(self.page)
        # It must be packed, not only computed: packing takes the pictures that later differences are told from.
        patch = self.session.get_page_patch()
        self.wire.send_message(
            Message(
                MessageAction.REGISTER_CLIENT,
                RegisterClientResponseBody(session_id=self.session.id, page_patch=patch, error=""),
            )
        )
        context.reset_auto_update()
        await self._main(self.page)
        await self.session.after_event(self.page)
        await self.settle()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()
        await asyncio.sleep(0)
        self.wire.executor.shutdown(wait=False)

    # -- what is on it

    def walk(self) -> Iterator[BaseControl]:
        """Every control that is shown, from the top down."""
        seen: set[int] = set()

        def inside(value: Any) -> Iterator[BaseControl]:
            if isinstance(value, list | tuple):
                for item in value:
                    yield from inside(item)
            elif isinstance(value, dict):
                yield from inside(list(value.values()))
            elif isinstance(value, Component):
                yield from inside(value._b)
            elif dataclasses.is_dataclass(value) and not isinstance(value, type) and id(value) not in seen:
                seen.add(id(value))
                if isinstance(value, BaseControl):
                    closed = isinstance(value, ft.DialogControl) and not value.open  # told to go, not yet gone
                    if closed or getattr(value, "visible", True) is False:
                        return
                    yield value
                for field in dataclasses.fields(value):
                    if not field.metadata.get("skip") and field.name != "_parent":
                        yield from inside(getattr(value, field.name, None))

        return inside([self.page.views, self.page._dialogs])

    def all(self, kind: type[C], **properties: Any) -> list[C]:
        return [
            c
            for c in self.walk()
            if isinstance(c, kind) and all(getattr(c, name, None) == value for name, value in properties.items())
        ]

    def one(self, kind: type[C], **properties: Any) -> C:
        found = self.all(kind, **properties)
        assert len(found) == 1, f"{len(found)} of {kind.__name__} {properties}; on the screen: {self.texts()}"
        return found[0]

    def texts(self) -> list[str]:
        return [c.value for c in self.all(ft.Text) if c.value]

    def says(self, words: str) -> bool:
        """Whether the words stand somewhere, in a text, a field's label or its complaint, or a banner."""
        labels = [
            getattr(c, name, None) for c in self.walk() for name in ("title", "label", "error", "error_text", "content")
        ]
        return any(words in t for t in [*self.texts(), *(x for x in labels if isinstance(x, str))])

    def named(self, identifier: str) -> BaseControl:
        """What is pressed under an identifier."""
        holder = self.one(ft.Semantics, identifier=identifier)
        content = holder.content
        assert content is not None
        return content

    # -- what a person does

    async def event(self, control: BaseControl, name: str, data: Any = None, **changed: Any) -> None:
        """An event as the page sends it, after the properties it changed."""
        assert getattr(control, "disabled", None) is not True, "it is disabled: nobody can do that"
        if changed:
            self.session.apply_patch(control._i, changed)
        await self.session.dispatch_event(control._i, name, data)
        await self.settle()

    async def press(self, what: str | BaseControl) -> None:
        """Press what has this identifier, or else carries these words."""
        if isinstance(what, BaseControl):
            control = what
        elif self.all(ft.Semantics, identifier=what):
            control = self.named(what)
        else:
            control = next(c for c in self.walk() if getattr(c, "content", None) == what)
        await self.event(control, "click")

    async def type(self, label: str, text: str) -> None:
        await self.event(self.field(label), "change", text, value=text)

    def field(self, label: str) -> ft.TextField:
        """The field with this label."""
        found = [f for f in self.all(ft.TextField) if label in (f.label, getattr(f.label, "value", None))]
        assert len(found) == 1, f"{len(found)} fields {label!r}; on the screen: {self.texts()}"
        return found[0]

    async def choose(self, control: BaseControl, value: Any, event: str = "change") -> None:
        await self.event(control, event, value, value=value)

    async def resize(self, width: int, height: int) -> None:
        self.session.apply_page_patch({"width": width, "height": height})
        await self.session.dispatch_event(1, "resize", {"width": width, "height": height})
        await self.settle()

    # -- time

    async def settle(self) -> None:
        """Let everything that is due be drawn; an error of drawing or of a handler fails here."""
        quiet = 0
        while quiet < 5:
            await asyncio.sleep(0)
            # Flet tells nobody what it has yet to draw. mypy does not know names that Python has made private.
            task = self.session._Session__updates_task  # type: ignore[attr-defined]
            if task is not None and task.done() and not task.cancelled() and task.exception():
                raise task.exception()
            busy = self.session._Session__pending_updates or self.session._Session__pending_effects  # type: ignore[attr-defined]
            quiet = 0 if busy else quiet + 1
        assert not self.wire.crashes, self.wire.crashes[-1]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what happens off the event loop (keys, disk, network)."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            assert asyncio.get_running_loop().time() < end, f"it never came; on the screen: {self.texts()}"
            await asyncio.sleep(0.01)
            await self.settle()
        await self.settle()
