"""From a county's spreadsheet to a form: pyxform reads the XLSForm, this module keeps what we run and refuses the rest.

What the runtime does not support is refused by name with its sheet, row and column, never dropped. Beside the columns
of XLSForm these are read (they travel in the XForm as attributes that ODK's own programs ignore):

    bind::ruhu:slot      where the answer is saved; several, separated by spaces (`saves`)
    bind::ruhu:unit      fen: a yuan answer saved as fen
    bind::ruhu:format    national_id, name or phone (`identity`)
    bind::ruhu:soft      yes: the constraint warns and does not keep the visit from being finished
    bind::ruhu:wanted    yes: when the answer is missing (a required one, or all rows of a repeat) that only warns
    bind::ruhu:asked_by  on a repeat: ${question} whose yes opens it and whose no saves an empty table
    bind::ruhu:choices   on a text question: ${repeat} whose instances are the choices
    attribute::ruhu:title_en   in the settings: the title in English

ODK entities may be used as well: `save_to` is read as the slot `list.property`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.utils import default_is_dynamic
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData, get_xlsform

from schemas.forms.check import Mistake, mistakes
from schemas.forms.model import Choice, Element, Form, FormRefused, Words
from schemas.forms.program import REFERENCE

_TYPES = {
    "string": "text",
    "int": "integer",
    "select one": "select_one",
    "select all that apply": "select_multiple",
    "photo": "image",
    "hidden": "calculate",
    **{t: t for t in ("text", "integer", "decimal", "date", "image", "note", "calculate", "group", "repeat")},
}
_BINDS = {
    "relevant": "relevant",
    "constraint": "constraint",
    "required": "required",
    "readonly": "readonly",
    "calculate": "calculation",
}
_KNOWN = frozenset(
    {"type", "name", "label", "hint", "bind", "control", "default", "children", "trigger", "actions"}
) | {
    "parameters",
    "choices",
    "itemset",
    "list_name",
    "choice_filter",
}
_KNOWN_BINDS = frozenset(
    [*_BINDS, "jr:constraintMsg", "jr:requiredMsg", "entities:saveto", "type"]
    + [f"ruhu:{name}" for name in ("slot", "unit", "format", "soft", "wanted", "asked_by", "choices")]
)
_TRUE = {"yes": "true()", "true": "true()", "true()": "true()", "no": "", "false": "", "false()": ""}


def compile_form(source: bytes | str, name: str = "") -> Form:
    """The form of an XLSForm: an .xlsx file's bytes or a Markdown table's text. Raises FormRefused.

    `name` is the form's id where its settings give none.
    """
    data = source.encode() if isinstance(source, str) else source
    try:
        workbook = get_xlsform(data, file_type=".xlsx" if data[:2] == b"PK" else ".md")
        sheet = workbook_to_json(workbook_dict=workbook, form_name="data", fallback_form_name=name, warnings=[])
        survey = _untyped(create_survey_element_from_dict)(sheet)
        survey.xml()
    except PyXFormError as error:
        raise _refused(str(error)) from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise FormRefused("form_refused", "survey", None, None, says=type(error).__name__) from error
    return _Compiler(workbook, sheet, survey).form()


class _Compiler:
    def __init__(self, workbook: DefinitionData, sheet: Mapping[str, Any], survey: Any) -> None:
        self.sheet = sheet
        self.survey = survey
        self.rows = dict(_rows(workbook.survey or ()))
        self.items = {
            (str(row.get("list_name") or row.get("list name")), str(row.get("name"))): number
            for number, row in enumerate(workbook.choices or (), 2)
        }
        self.language = _language(str(sheet.get("default_language") or ""))

    def form(self) -> Form:
        title, english = str(self.sheet["title"]), (self.sheet.get("attribute") or {}).get("ruhu:title_en")
        form = Form(
            str(self.sheet["id_string"]),
            str(self.sheet.get("version") or ""),
            {"zh": title, "en": str(english)} if english else {"": title},
            tuple(self._children(self.sheet, self.survey, "")),
            {str(k): tuple(self._choice(c) for c in v) for k, v in (self.sheet.get("choices") or {}).items()},
        )
        for mistake in mistakes(form):
            raise self.refused(mistake)
        return form

    def refused(self, mistake: Mistake) -> FormRefused:
        if mistake.item:
            row = self.items.get(mistake.item)
            return FormRefused(mistake.code, "choices", row, mistake.column, **mistake.figures)
        return self.refuse(mistake.code, mistake.path, mistake.column, **mistake.figures)

    def refuse(self, code: str, path: str, column: str | None, **figures: Any) -> FormRefused:
        return FormRefused(code, "survey", self.rows.get(path), column, **figures)

    # Reading

    def _children(self, data: Mapping[str, Any], node: Any, above: str) -> Iterator[Element]:
        nodes = {child.name: child for child in getattr(node, "children", None) or ()}
        for child in data.get("children") or ():
            if child["name"] != "meta" and child.get("type") != "entity":
                path = f"{above}/{child['name']}" if above else str(child["name"])
                yield self._element(child, nodes[child["name"]], path)

    def _element(self, data: Mapping[str, Any], node: Any, path: str) -> Element:
        bind: Mapping[str, Any] = data.get("bind") or {}
        control: Mapping[str, Any] = data.get("control") or {}
        kind = _TYPES.get(data["type"], "")
        appearance = str(control.get("appearance") or "")
        if not kind:
            raise self.refuse("form_type", path, "type", type=data["type"])
        if kind == "image" and "signature" in appearance:
            kind = "signature"
        self._nothing_else(data, bind, control, path)

        def xpath(text: Any, *, current: bool = False) -> str:
            return str(self.survey.insert_xpaths(str(text), node, current)).strip() if text else ""

        def place(text: Any) -> str:
            return str(self.survey.insert_xpaths(str(text), self.survey)).strip().removeprefix("/data/") if text else ""

        texts = [line for key in ("label", "hint") for line in self._words(data.get(key)).values()]
        filtered = data.get("choice_filter")
        element = Element(
            kind,
            str(data["name"]),
            path,
            label=self._words(data.get("label")),
            hint=self._words(data.get("hint")),
            message=self._words(bind.get("jr:constraintMsg")),
            required_message=self._words(bind.get("jr:requiredMsg")),
            trigger=place(" ".join(f"${{{n}}}" for n in data.get("trigger") or ())),
            appearance=appearance,
            choices=str(data.get("list_name") or data.get("itemset") or "") if kind.startswith("select") else "",
            filter=xpath(filtered, current=True),
            slots=tuple(_slots(bind)),
            unit=str(bind.get("ruhu:unit") or ""),
            format=str(bind.get("ruhu:format") or ""),
            soft=bind.get("ruhu:soft") == "yes",
            wanted=bind.get("ruhu:wanted") == "yes",
            asked_by=place(bind.get("ruhu:asked_by")),
            instances=place(bind.get("ruhu:choices")),
            references={n: xpath(f"${{{n}}}") for line in texts for n in REFERENCE.findall(line)},
            children=tuple(self._children(data, node, path)),
        )
        rules: dict[str, Any] = {
            ours: xpath(_TRUE.get(str(bind.get(theirs)), bind.get(theirs))) for theirs, ours in _BINDS.items()
        }
        default = str(data.get("default") or "")
        dynamic = bool(_untyped(default_is_dynamic)(default, data["type"]))
        return replace(element, **rules, default=xpath(default) if dynamic else default, dynamic=dynamic)

    def _nothing_else(
        self, data: Mapping[str, Any], bind: Mapping[str, Any], control: Mapping[str, Any], path: str
    ) -> None:
        for name in [k for k in data if k not in _KNOWN and k[0] != "_"] + [k for k in bind if k not in _KNOWN_BINDS]:
            raise self.refuse("form_value", path, name, value=name)
        if control.get("jr:count"):
            raise self.refuse("form_value", path, "repeat_count", value=str(control["jr:count"]))
        for name in ("ruhu:soft", "ruhu:wanted"):
            if bind.get(name) not in (None, "yes", "no"):
                raise self.refuse("form_value", path, f"bind::{name}", value=str(bind[name]))
        if data.get("parameters"):
            raise self.refuse("form_value", path, "parameters", value=" ".join(data["parameters"]))

    def _choice(self, data: Mapping[str, Any]) -> Choice:
        more = {str(k): str(v) for k, v in data.items() if k not in ("name", "label")}
        return Choice(str(data["name"]), self._words(data.get("label")), more)

    def _words(self, text: Any) -> Words:
        if not text:
            return {}
        if isinstance(text, str):
            return {self.language: text}
        return {_language(k) or self.language: str(v) for k, v in text.items() if v}


def _slots(bind: Mapping[str, Any]) -> Iterator[str]:
    yield from str(bind.get("ruhu:slot") or "").split()
    if bind.get("entities:saveto"):
        yield str(bind["entities:saveto"]).replace("#", ".")


def _untyped(function: Any) -> Any:
    """A function of pyxform, which has no types."""
    return function


def _rows(sheet: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    """The row of each element: the header is row 1."""
    above: list[str] = []
    for number, row in enumerate(sheet, 2):
        kind = re.sub(r"[\s_]+", " ", str(row.get("type") or "")).strip().lower()
        name = str(row.get("name") or "")
        if kind.startswith("end ") and above:
            above.pop()
        elif name:
            yield "/".join([*above, name]), number
            if kind.startswith("begin "):
                above.append(name)


def _language(header: str) -> str:
    """The code in a language's name, `中文 (zh)` → zh; empty for the name `default`."""
    found = re.search(r"\(([\w-]+)\)\s*$", header)
    return found[1] if found else ""


def _refused(says: str) -> FormRefused:
    """pyxform's own complaint with the place read out of its text."""
    row = re.search(r"\[row : (\d+)\]", says)
    sheet = re.search(r"On the '(\w+)' sheet", says)
    column = re.search(r"the '(\w+)' value", says)
    plain = re.sub(r"^\[row : \d+\]\s*", "", says)
    return FormRefused(
        "form_refused",
        sheet[1] if sheet else "survey",
        int(row[1]) if row else None,
        column[1] if column else None,
        says=plain,
    )
