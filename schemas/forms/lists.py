"""Choice lists as expressions see them: `instance('hukou')/root/item/name`, and the items a choice filter looks at."""

from collections.abc import Sequence

from schemas.forms.model import Choice, words
from schemas.forms.values import Atom, Node


class Listed:
    """A choice list as the nodes instance('name')/root/item."""

    def __init__(self, name: str, items: tuple[Choice, ...]) -> None:
        self.name = name
        self.parent: Node | None = None
        self._root = ListItem("root", self, "", None)
        self.items = [ListItem("item", self._root, "", choice) for choice in items]
        self._root.below = self.items
        for item in self.items:
            choice = item.choice
            columns = {"name": choice.value, "label": words(choice.label, "zh"), **choice.more}
            item.below = [ListItem(column, item, text, None) for column, text in columns.items()]

    def named(self, name: str) -> Sequence[Node]:
        return [self._root] if name in ("*", "root") else []

    def atom(self) -> Atom:
        return ""

    def counts(self) -> bool:
        return True


class ListItem:
    def __init__(self, name: str, parent: Node, text: str, choice: Choice | None) -> None:
        self.name = name
        self.parent: Node | None = parent
        self.below: Sequence[ListItem] = ()
        self._text = text
        self._choice = choice

    @property
    def choice(self) -> Choice:
        if self._choice is None:
            raise TypeError(self.name)
        return self._choice

    def named(self, name: str) -> Sequence[Node]:
        return [n for n in self.below if name in ("*", n.name)]

    def atom(self) -> Atom:
        return self._text

    def counts(self) -> bool:
        return True
