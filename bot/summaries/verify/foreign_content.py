"""Find what never belongs in a summary: links, markup, chatter, labels, odd characters.

Each check ignores what the source contains as well.
"""

from __future__ import annotations

import re
import unicodedata

from bot.summaries.llm.json_answers import TURN_MARK
from bot.summaries.llm.json_tex_escapes import has_truncated_command
from bot.summaries.verify.findings import Finding
from bot.texts.telegram_autolinks import find_autolinks

_PAPER_ID = re.compile(
    r"(?<![\d.])\d{4}\.\d{4,5}(?!\d)|(?<![a-z-])[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7}(?!\d)"
    r"|(?<![\d.])10\.\d{4,9}/[!-~]*[A-Za-z0-9]"
)
_MARKUP = re.compile(
    r"</?(?:[a-z][\w-]*)(?:\s[^<>]{0,200})?/?>|<!--|&(?:[a-z]{2,8}|#\d{2,6});"
    r"|\[[^\[\]]{1,200}\]\([^()\s]{1,300}\)|\*\*[^*\s][^*]{0,300}\*\*|(?<!\w)__[^_\s][^_]{0,200}__"
    rf"|{TURN_MARK}|<\||\|>"
    r"|```|`[^`]{1,100}`|^\s{0,3}(?:#{1,6}\s|>\s|[-*+]\s)|^\|.*\|\s*$|\[\^\w+\]|^\s*[{\[]\s*\"",
    re.IGNORECASE | re.MULTILINE,
)
_FEED_LABEL = re.compile(
    r"公告类型|公告類型|Announce\s+Type|arXiv\s?[:：]\s?\d{4}\.\d{4,5}|\(arXiv|[（(]arXiv"
    r"|^\s*(?:论文)?(?:摘要|提要|概要|标题|題名|題目|翻译|翻譯|译文|譯文|要約|초록|요약|Abstract|Title"
    r"|Summary|Gist|TL;?DR|Translation|Résumé|Zusammenfassung|Resumen|Аннотация)\s*[:：]",
    re.IGNORECASE,
)
_CHATTER = re.compile(
    r"^(?:很|非常)?(?:抱歉|对不起|對不起)|^(?:好的|当然|當然|没问题)[，,！!。]"
    r"|(?:以下|下面|这里|這裡)(?:是|为|為)[^。，]{0,14}(?:翻译|翻譯|译文|譯文|摘要|总结|總結)"
    r"|希望(?:这|對|对)[^。]{0,12}(?:有帮助|有幫助)|请提供[^。]{0,12}(?:原文|摘要|文本|内容)"
    r"|您(?:提供|给出|要求|的请求)|(?<![\u4e00-\u9fff])(?:注|译注|译者注|备注|註)[：:]"
    r"|^(?:sure|certainly|of course|okay|absolutely)[,!.:]"
    r"|\bhere(?:'s| is| are) (?:the|a|my|your) [^.]{0,30}(?:translation|summary|gist|JSON)"
    r"|\b(?:translated|provided) (?:text|abstract) (?:is )?(?:as follows|below)\b"
    r"|let me know if|hope this helps"
    r"|^(?:Désolé|Lo siento|Entschuldigung|Es tut mir leid|Извините|К сожалению, я|申し訳|죄송)",
    re.IGNORECASE,
)
# Papers on language models quote such phrases, and their translations then do in other words.
_AI_PHRASES = re.compile(
    r"(?:作为|作為)(?:一个|一名|一款|一個)?(?:AI|人工智能|人工智慧|大?型?[语語]言模型|智能助手|助手)"
    r"(?:语言模型|語言模型|助手|模型)?[，,]"
    r"|我(?:无法|不能|無法)(?:提供|回答|翻译|翻譯|完成|访问|满足)|我不是(?:机器人|AI|人工智能)"
    r"|忽略(?:之前|以上|上述|先前|此前|前面)[^。]{0,8}(?:指令|指示|说明)"
    r"|\bas an (?:AI|artificial intelligence|language model)\b"
    r"|\bas a (?:large )?language model,|\bI(?:'m| am) (?:sorry|unable|an AI|happy to)"
    r"|\bI (?:cannot|can't) (?:help|assist|provide|translate|comply|fulfill)"
    r"|(?:ignore|disregard|forget) (?:all |the |any |your )*(?:previous|prior|above) instr"
    r"|\bals (?:KI|Sprachmodell)\b|\ben tant qu['’](?:IA|intelligence artificielle)"
    r"|\bcomo (?:una? )?(?:IA|modelo de lenguaje),",
    re.IGNORECASE,
)
_MARK = re.compile(r"⟦[^⟦⟧]{0,20}⟧?|⟧")
_REPEATED_CHAR = re.compile(r"([^\d\s.…·=_-])\1{5,}")
_REPEATED_TEXT = re.compile(r"(.{4,60}?)\1{2,}", re.DOTALL)
# Of the control, private, unassigned and surrogate characters.
_ALLOWED_CONTROLS = "\n\t\u200c\u200d"  # the last two shape letters in Persian and Indic scripts
_MAX_REPEAT_SEARCH = 20_000
_END_PUNCTUATION = ".,;:!?)]}。，；：！？）】」』、'"

_PATTERNS = (
    (Finding.ABOUT_ITSELF, _CHATTER),
    (Finding.FEED_NOISE, _FEED_LABEL),
    (Finding.OTHER_PAPER, _PAPER_ID),
    (Finding.MARKUP, _MARKUP),
    (Finding.MARK_LOST, _MARK),
    (Finding.ODD_CHARACTERS, _REPEATED_CHAR),
)


def find_foreign_content(text: str, source: str) -> set[Finding]:
    """Return findings for what a text contains that neither belongs there nor is in its source."""
    folded_source = source.casefold()
    findings = {
        finding
        for finding, pattern in _PATTERNS
        if any(match[0].strip().casefold() not in folded_source for match in pattern.finditer(text))
    }
    if any(
        link.casefold().rstrip(_END_PUNCTUATION) not in folded_source
        for link in find_autolinks(text)
    ):
        findings.add(Finding.LINK)
    if _AI_PHRASES.search(text) and not _AI_PHRASES.search(source):
        findings.add(Finding.ABOUT_ITSELF)
    if has_truncated_command(text, source):
        findings.add(Finding.MARK_LOST)
    if any(
        char == "\ufffd"
        or (unicodedata.category(char).startswith("C") and char not in _ALLOWED_CONTROLS)
        for char in set(text) - set(source)
    ):
        findings.add(Finding.ODD_CHARACTERS)
    repetition = _REPEATED_TEXT.search(text[:_MAX_REPEAT_SEARCH])
    if repetition and repetition[0] not in source and any(char.isalpha() for char in repetition[1]):
        findings.add(Finding.REPEATS)
    return findings
