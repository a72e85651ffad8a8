"""What in an answer was never part of a paper: links, markup, talk, labels, odd characters?

Each finds what it looks for only where the source does not hold it as well.
"""

from __future__ import annotations

import re
import unicodedata

from bot.summaries.llm.json_answers import TURN_MARK
from bot.summaries.llm.json_tex_escapes import has_beheaded
from bot.summaries.verify.findings import Fault
from bot.texts.telegram_autolinks import autolinks

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
_LABEL = re.compile(
    r"公告类型|公告類型|Announce\s+Type|arXiv\s?[:：]\s?\d{4}\.\d{4,5}|\(arXiv|[（(]arXiv"
    r"|^\s*(?:论文)?(?:摘要|提要|概要|标题|題名|題目|翻译|翻譯|译文|譯文|要約|초록|요약|Abstract|Title"
    r"|Summary|Gist|TL;?DR|Translation|Résumé|Zusammenfassung|Resumen|Аннотация)\s*[:：]",
    re.IGNORECASE,
)
_TALK = re.compile(
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
# What papers on language models quote: then their translations do as well, in other words.
_QUOTED_TALK = re.compile(
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
_RUN = re.compile(r"([^\d\s.…·=_-])\1{5,}")
_LOOP = re.compile(r"(.{4,60}?)\1{2,}", re.DOTALL)
_ALLOWED_CONTROLS = "\n\t\u200c\u200d"  # the last two join letters in Persian and in Indic scripts
_LONGEST_LOOPED = 20_000
_STOPS = ".,;:!?)]}。，；：！？）】」』、'"

_PATTERNS = (
    (Fault.ABOUT_ITSELF, _TALK),
    (Fault.FEED_NOISE, _LABEL),
    (Fault.OTHER_PAPER, _PAPER_ID),
    (Fault.MARKUP, _MARKUP),
    (Fault.MARK_LOST, _MARK),
    (Fault.ODD_CHARACTERS, _RUN),
)


def strays(text: str, source: str) -> set[Fault]:
    """Return what a text holds that neither belongs into it nor stands in its source."""
    there = source.casefold()
    found = {
        fault
        for fault, pattern in _PATTERNS
        if any(match[0].strip().casefold() not in there for match in pattern.finditer(text))
    }
    if any(link.casefold().rstrip(_STOPS) not in there for link in autolinks(text)):
        found.add(Fault.LINK)
    if _QUOTED_TALK.search(text) and not _QUOTED_TALK.search(source):
        found.add(Fault.ABOUT_ITSELF)
    if has_beheaded(text, source):
        found.add(Fault.MARK_LOST)
    if any(_is_odd(sign) and sign not in source for sign in set(text)):
        found.add(Fault.ODD_CHARACTERS)
    loop = _LOOP.search(text[:_LONGEST_LOOPED])
    if loop and loop[0] not in source and any(sign.isalpha() for sign in loop[1]):
        found.add(Fault.REPEATS)
    return found


def _is_odd(sign: str) -> bool:
    """Controls, private use, unassigned and half characters, and what was lost in decoding."""
    return (
        unicodedata.category(sign).startswith("C") and sign not in _ALLOWED_CONTROLS
    ) or sign == "\ufffd"
