"""How often Python's collector looks for garbage, in a process that is the app."""

import gc


def seldom() -> None:
    """Leaves what has been made until now alone, and looks less often. The screens' library and the questionnaires are
    some hundred thousand objects that stay; going through them with every page of records that comes would take a
    seventh of the time of a first sync."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
