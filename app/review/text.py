"""A text in every language of the screens: {"zh": …, "en": …}."""

from collections.abc import Mapping

Text = Mapping[str, str]
