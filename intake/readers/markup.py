"""HTML to text: what a reader of the page would see, nothing fetched, nothing run.

Scripts, styles, comments and hidden elements are dropped; blocks become lines, cells are parted by tabs. A mail's
quotation (blockquote and the like) can be parted from what is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from archive.errors import Unreadable

_DROPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "applet",
        "head",
        "audio",
        "video",
        "canvas",
        "map",
        "select",
        "datalist",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])|mso-hide\s*:\s*all"
)
_HIDING_RULE = re.compile(r"([^{}]*)\{[^{}]*(?:display\s*:\s*none|visibility\s*:\s*hidden)[^{}]*\}", re.IGNORECASE)
_QUOTE_CLASS = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra|mail-quote|quoted", re.I
)
_QUOTE_ID = re.compile(r"olk_src_body_section|appendonsend|divrplyfwdmsg|mail-editor-reference|reply-intro", re.I)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


@dataclass
class _Page:
    """Text as it grows: lines of the new part and of the quoted part."""

    new: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    in_quote: int = 0
    preformatted: int = 0

    def say(self, text: str | None) -> None:
        if text:
            (self.quoted if self.in_quote else self.new).append(
                text if self.preformatted else re.sub(r"\s+", " ", text)
            )

    def tab(self) -> None:
        (self.quoted if self.in_quote else self.new).append("\t")

    def newline(self) -> None:
        (self.quoted if self.in_quote else self.new).append("\n")


def declared_charset(content: bytes) -> str | None:
    """What the page's meta element says of its charset."""
    found = _CHARSET.search(content[:4096])
    return found.group(1).decode("ascii", "replace") if found else None


def to_text(page: str, part_quotes: bool = False) -> tuple[str, str]:
    """The visible text, and (with `part_quotes`) the text that a mail repeats of earlier mails, else an empty one.

    Raises: Unreadable (`malformed`) where nothing can be made of it.
    """
    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
        root = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if not page.strip() or "empty" in str(error).lower():
            return "", ""
        raise Unreadable("malformed", f"the HTML cannot be parsed: {error}") from error
    hidden = _hidden_names(root)
    growing = _Page()
    _walk(root, growing, hidden, part_quotes)
    return _tidied(growing.new), _tidied(growing.quoted)


def _hidden_names(root: html.HtmlElement) -> frozenset[str]:
    """Classes and ids that a style element of the page hides: `.name` and `#name`."""
    names: set[str] = set()
    for style in root.iter("style"):
        for rule in _HIDING_RULE.finditer((style.text or "")[:100_000]):
            names.update(re.findall(r"(?:^|[\s,])([.#][\w-]+)\s*(?=,|$)", rule.group(1).strip()))
    return frozenset(names)


def _walk(root: html.HtmlElement, page: _Page, hidden: frozenset[str], part_quotes: bool) -> None:
    """Depth first without recursion: what nests a thousand deep costs no stack."""
    dropping: etree._Element | None = None
    quote_from: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if dropping is None and (element.tag in _DROPPED or _is_hidden(element, hidden)):
                dropping = element
            if dropping is None:
                if part_quotes and quote_from is None and _is_quote(element):
                    quote_from, page.in_quote = element, 1
                _open(element, page)
        else:
            if dropping is None:
                _close(element, page)
                if element is quote_from and not _quotes_to_the_end(element):
                    quote_from, page.in_quote = None, 0
            if dropping is element:
                dropping = None
            if dropping is None and element is not root:
                page.say(element.tail)


def _open(element: html.HtmlElement, page: _Page) -> None:
    tag = element.tag
    if tag in _BLOCKS:
        page.newline()
    if tag == "br":
        page.newline()
    if tag == "pre":
        page.preformatted += 1
    if tag not in ("input", "img"):
        page.say(element.text)
    if tag == "input" and element.get("type", "text") in ("text", "email", "tel", "number", "date"):
        page.say(element.get("value"))


def _close(element: html.HtmlElement, page: _Page) -> None:
    if element.tag in _BLOCKS:
        page.newline()
    elif element.tag in ("td", "th"):
        page.tab()
    if element.tag == "pre":
        page.preformatted -= 1


def _is_hidden(element: html.HtmlElement, hidden: frozenset[str]) -> bool:
    if element.get("hidden") is not None or (element.tag == "input" and element.get("type") == "hidden"):
        return True
    if _HIDING.search((element.get("style") or "").lower()):
        return True
    if not hidden:
        return False
    return f"#{element.get('id')}" in hidden or any(
        f".{name}" in hidden for name in (element.get("class") or "").split()
    )


def _is_quote(element: html.HtmlElement) -> bool:
    if element.tag == "blockquote":
        return True
    if _QUOTE_CLASS.search(element.get("class") or "") or _QUOTE_ID.search(element.get("id") or ""):
        return True
    return _is_outlook_rule(element)


def _is_outlook_rule(element: html.HtmlElement) -> bool:
    """Outlook's line above a quoted header block: a div with nothing but a top border. All after it is quoted."""
    style = (element.get("style") or "").lower()
    return (
        element.tag == "div"
        and "border:none" in style.replace(" ", "")
        and "border-top:solid" in style.replace(" ", "")
    )


def _quotes_to_the_end(element: html.HtmlElement) -> bool:
    return _is_outlook_rule(element) or bool(_QUOTE_ID.search(element.get("id") or ""))


def _tidied(pieces: list[str]) -> str:
    lines = "".join(pieces).replace("\u00a0", " ").split("\n")
    return "\n".join(_without_runs(line.strip(" \t") for line in lines)).strip("\n")


def _without_runs(lines: Iterator[str]) -> Iterator[str]:
    """At most one empty line in a row."""
    blank = False
    for line in lines:
        if line or not blank:
            yield line
        blank = not line
