"""Remove from an abstract what is not prose: entities, tags, citations, dividers."""

import re
from html.entities import html5

_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")

# Only pairs of known tags: "<think>" may be a word of the paper, "a<b" a formula.
_TAG = re.compile(
    r"<(a|b|i|u|em|strong|sub|sup|p|div|span|tt|code|small|mark|q|cite|title|sec|italic|bold"
    r"|(?:jats|mml):[a-z-]{1,20})\b[^<>]{0,300}>(.{0,500}?)</\1>",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"</?(?:br|hr|p)\s*/?>", re.IGNORECASE)
_MAX_NESTING = 5  # of tags

_CITATION = re.compile(
    r"[ ~]?(?:"
    r"\\(?:cite[pn]?|citealp|citenum|parencite|autocite|footcite|label)\*?"
    r"(?:\[[^\]]{0,80}\]){0,2}\{[^{}]{1,300}\}"  # \citep[p. 3]{ek2020}
    r"|\[[1-9]\d{0,2}(?:\s?[,;–-]{1,2}\s?[1-9]\d{0,2}){0,9}\]"  # [12], [3, 5-7]
    r"|[(\[](?:(?:see|e\.g\.|cf\.),?\s)?[A-Z][^()\[\]]{0,80}?(?:"
    r"\bet\s+al\b[^()\[\]]{0,80}"  # (Ek et al., 2020; Zwei, 2021)
    r"|[^\W\d_]{2,}\.[^()\[\]]{0,60}\d[^()\[\]]{0,40}\((?:19|20)\d\d\)"  # [Math. Ann. 3 (2001)]
    r"|[a-z],\s(?:19|20)\d\d[a-z]?"  # (Ek and Zwei, 2020)
    r")[)\]])"
)
# The sentence needs what follows these: "as in [2]", "on the interval [1, 2]", "K[2]".
_NEEDS_CITATION = re.compile(
    r"(?:\b(?:in|of|by|from|to|see|with|and|or|on|at|for|following|than|like|e\.g\.|cf\.|interval"
    r"|range|ranges|scale|theorem|eq\.|equation|section|lemma|refs?\.|reference|as)|(?:^|\W)\w"
    r"|[^\w.,;:\"'”’)]|\d|^)$",
    re.IGNORECASE,
)
# A divider between an abstract and its translation.
_DASH_RULE = re.compile(r"(^|[.!?]\s?)[-–—_=*]{2,}\s+(?=\w)")


def clean_prose(text: str) -> str:
    """Return the text on one line without entities, tags, citations and dividers."""
    if "&" in text:
        text = _ENTITY.sub(_decode_entity, text)
    if "</" in text:
        for _ in range(_MAX_NESTING):
            text, replaced_count = _TAG.subn(r"\2", text)
            if not replaced_count:
                break
    if "<" in text:
        text = _LINE_BREAK.sub(" ", text)
    text = " ".join(text.split())
    if "[" in text or "\\" in text or "(" in text:
        text = _CITATION.sub(_drop_citation, text)
    return _DASH_RULE.sub(r"\1", text).strip()


def _decode_entity(match: re.Match[str]) -> str:
    """Return the character of an entity; unknown ones stay, as in "H&E; (ii)"."""
    entity_name = match[1]
    if not entity_name.startswith("#"):
        return html5.get(f"{entity_name};", match[0])
    code_point = int(entity_name[2:], 16) if entity_name[1] in "xX" else int(entity_name[1:])
    is_text = (
        code_point >= ord(" ") and code_point <= 0x10FFFF and not 0xD800 <= code_point <= 0xDFFF
    )
    return chr(code_point) if is_text else match[0]


def _drop_citation(match: re.Match[str]) -> str:
    before = match.string[max(match.start() - 12, 0) : match.start()]
    return match[0] if _NEEDS_CITATION.search(before) else ""
