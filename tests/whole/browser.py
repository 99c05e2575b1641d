"""The client in a real Chromium, driven as a person drives it: by what can be read and pressed.

Flutter paints pixels; what a screen reader sees is a tree beside them, switched on here and used to find things: text
fields by label, buttons by their words, everything else by the identifier of its `Semantics`. Nothing outside this
machine is ever asked for. `browser` is a fixture's worth: it skips with one line where no Chromium is installed.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, Route, TimeoutError, expect, sync_playwright

from tests.real_parts import chromium

PHONE = (390, 844)
DESKTOP = (1440, 900)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
EDGE = 90
"""The header's and the footer's share of the glass."""
FAILED = Path(__file__).parents[1] / "pictures" / "failed.png"
"""What was on the glass when a story last went wrong."""
PATIENCE = 60_000
"""Milliseconds until something awaited is missing for good. Only a failing test waits so long; a busy machine may."""


class Window:
    """One page of the client."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.missing: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda r: self.asked.append(r.url))
        page.on("response", lambda r: self.missing.append(r.url) if r.status == 404 else None)

    def open(self, url: str) -> "Window":
        """Load the client and wait until it can be read."""
        self.page.goto(url)
        self.ready()
        return self

    def ready(self) -> None:
        self.page.wait_for_selector("#loading", state="detached", timeout=60_000)
        self.page.wait_for_selector("#cover", state="detached", timeout=60_000)
        switch = self.page.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=60_000)
        assert switch is not None
        switch.evaluate("e => e.click()")  # one pixel outside the window: no hand could reach it
        self.page.wait_for_selector("flt-semantics", state="attached")

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    # -- what is on it

    def text(self, words: str | re.Pattern[str]) -> Locator:
        host = self.page.locator("flutter-view, flt-semantics-host")
        # What is read out when it appears is a label, not a text.
        return host.get_by_text(words).or_(host.get_by_label(words)).first

    def shows(self, words: str | re.Pattern[str], patience: float = PATIENCE) -> None:
        expect(self.text(words)).to_be_attached(timeout=patience)

    def named(self, identifier: str) -> Locator:
        return self.page.locator(f'[flt-semantics-identifier="{identifier}"]').first

    def named_like(self, start: str) -> Locator:
        return self.page.locator(f'[flt-semantics-identifier^="{start}"]')

    def field(self, label: str) -> Locator:
        kinds = "input", "textarea"
        return self.page.locator(", ".join(f'{k}[aria-label="{label}"]' for k in kinds)).first

    def words(self) -> str:
        """Everything that can be read, for a failing test's message."""
        return str(self.page.evaluate("() => document.querySelector('flt-semantics-host')?.innerText ?? ''"))

    # -- what a person does

    def press(self, what: str) -> None:
        """Press what has this identifier; else the button with these words."""
        target = self.named(what)
        if not re.match(r"[a-z0-9]", what):
            target = self.page.get_by_role("button", name=what, exact=True).first
        target.wait_for(state="attached")
        self.reach(target)
        inner = target.locator('[role="button"]')
        (inner.first if inner.count() else target).click()
        self.frames(2)

    def reach(self, target: Locator) -> None:
        """Scroll until it can be touched: what is below the fold has a place in the tree but none on the glass."""
        height = (self.page.viewport_size or {"height": 0})["height"]
        for _ in range(12):
            box = self.rest(target)
            if box is None or (box["y"] >= EDGE and box["y"] + box["height"] <= height - EDGE):
                return
            far = box["y"] + box["height"] / 2 - height / 2
            self.wheel(far)

    def type(self, label: str, text: str) -> None:
        """Type into the field with this label, in place of what it holds."""
        self.fill(self.field(label), text)

    def fill(self, field: Locator, text: str) -> None:
        """Type into a field in place of what it holds."""
        for _ in range(4):
            field.click()
            self.frames(3)  # focus goes from the page to Flutter and back; what is typed before is lost
            self.page.keyboard.press("Control+A")
            if text:
                self.page.keyboard.insert_text(text)
            else:
                self.page.keyboard.press("Delete")
            # A field that had the focus before the tree was switched on is edited through a twin outside it.
            arrived = "([f, text]) => f.value === text || document.activeElement?.value === text"
            try:
                self.page.wait_for_function(arrived, arg=[field.element_handle(), text], timeout=2500)
            except TimeoutError:
                continue
            return
        raise AssertionError("could not type into the field")

    def choose(self, identifier: str, option: str) -> None:
        """Choose an option of the dropdown under an identifier."""
        self.named(identifier).click()
        self.page.get_by_role("button", name=option, exact=True).last.click()
        self.frames(3)

    def tab(self, label: str) -> None:
        """Go to a destination of the rail or the bar."""
        bar = self.page.locator(f'[role=tab][aria-label="{label}"]')
        rail = self.page.get_by_role("button", name=re.compile(rf"^{re.escape(label)}\s"))
        bar.or_(rail).first.click()
        self.frames(3)

    def pin(self, digits: str) -> None:
        for digit in digits:
            self.press(f"key-{digit}")

    def rest(self, target: Locator) -> FloatRect | None:
        """Where it lies once it no longer moves: a jump inside a form scrolls for a moment."""
        before = target.bounding_box()
        for _ in range(30):
            self.frames(2)
            box = target.bounding_box()
            if box == before:
                break
            before = box
        return before

    def sign(self) -> None:
        """Draw a signature on the pad that is open, and say that it is done."""
        pad = self.named("sign.pad")
        pad.wait_for(state="attached")
        self.frames(4)
        box = pad.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        for across, down in ((0.1, 0.3), (0.45, 0.2)):
            mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
            mouse.down()
            for step in range(1, 12):
                lift = 0.4 if step % 2 else 0.1
                x, y = across + 0.035 * step, down + lift
                mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=3)
            mouse.up()
            self.frames(3)
        self.press("sign.done")

    def wheel(self, dy: float) -> None:
        """Scroll in the middle of the window."""
        size = self.page.viewport_size or {"width": 0, "height": 0}
        self.page.mouse.move(size["width"] * 0.6, size["height"] * 0.5)
        self.page.mouse.wheel(0, dy)
        self.frames(4)

    def frames(self, n: int) -> None:
        """Let Flutter paint n frames: the tree changes before the pixels do."""
        self.page.evaluate(
            "n => new Promise(r => { const f = () => n-- <= 0 ? r() : requestAnimationFrame(f); f() })", n
        )

    def picture(self, path: Path) -> Path:
        """A picture of the window once it has come to rest."""
        path.parent.mkdir(parents=True, exist_ok=True)
        now, still = b"", 0
        for _ in range(40):
            self.frames(4)
            before, now = now, self.page.screenshot()
            still = still + 1 if now == before else 0
            if still == 2:
                break
        path.write_bytes(now)
        return path


@contextmanager
def browser(size: tuple[int, int] = PHONE, **options: Any) -> Iterator[Window]:
    """A fresh browser with one empty window of this size; nothing beyond this machine can be reached from it."""
    path = chromium()
    width, height = size
    with tempfile.TemporaryDirectory(prefix="ruhu-browser-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=path,
            args=FLAGS,
            viewport={"width": width, "height": height},
            **options,
        )
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1|localhost)"), _refuse)
        window = Window(context.pages[0])
        try:
            yield window
        except BaseException:
            window.picture(FAILED)
            raise
        finally:
            context.close()


def _refuse(route: Route) -> None:
    route.abort()
