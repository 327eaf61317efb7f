"""Text of students as it may stand in a page that instructors open."""

from __future__ import annotations

import html
import re

import bleach

TAGS = {
    *("a", "b", "blockquote", "br", "caption", "center", "code", "del", "details"),
    *("div", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd"),
    *("li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "summary", "sup"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "*": ["align", "class", "title"],
    "a": ["href"],
    "img": ["src", "alt", "width", "height"],
    "ol": ["start"],
    "table": ["border"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan"],
}
SOURCES = {"http", "https", "mailto", "attachment"}
MARKS = 3_000  # of "<" that are looked at: the time grows with their square
ACTIVE = re.compile(r"\\(?=(href|require|class|cssId|style)\b)")
"""Formulas that MathJax turns into links and the like."""

BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def page(text: str) -> str:
    """HTML without scripts, styles, frames and handlers."""
    if text.count("<") > MARKS:
        return html.escape(text)
    text = bleach.clean(
        without_styles(text), TAGS, ATTRIBUTES, SOURCES, strip=True, strip_comments=True
    )
    return ACTIVE.sub("", text)


def without_styles(text: str) -> str:
    """The text without what stands in <style>; it would be shown as words."""
    kept, rest = "", text
    while (start := rest.lower().find("<style")) >= 0:
        end = rest.lower().find("</style>", start)
        if end < 0:
            break
        kept, rest = kept + rest[:start], rest[end + len("</style>") :]
    return kept + rest


def markdown(text: str) -> str:
    """Markdown whose HTML is harmless; without any it stays as it is."""
    if not re.search(r"<[a-zA-Z/!?]", text):
        return ACTIVE.sub("", text)
    # What bleach escapes beside "<" means something in Markdown: > quotes.
    return page(text).replace("&gt;", ">").replace("&amp;", "&")


def picture(text: str) -> str:
    """The bytes of a picture as a page takes them; nothing else gets through."""
    return text if BASE64.fullmatch(text) else ""
