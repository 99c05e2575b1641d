"""The keyboard of a workstation, heard by a screen that has no field to type into."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import flet as ft


@dataclass(eq=False)
class Keys:
    """Who hears the keys at the moment; nobody when `heard` is None. Names are as on the key: `7`, `Backspace`."""

    heard: Callable[[str], Awaitable[None]] | None = None


def use_keys() -> Keys:
    """Hear the keyboard for as long as the component that calls this is shown."""
    page = ft.context.page
    keys, _ = ft.use_state(Keys())

    def listen() -> Callable[[], None]:
        async def pressed(event: ft.KeyboardEvent) -> None:
            if keys.heard is not None:
                await keys.heard(event.key.removeprefix("Numpad "))

        # The page only sends keys while somebody listens; the handler set in an effect is not sent by itself.
        page.on_keyboard_event = pressed
        page.update()

        def unlisten() -> None:
            page.on_keyboard_event = None
            page.update()

        return unlisten

    ft.use_effect(listen, [])
    return keys
