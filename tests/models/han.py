"""Chinese that is no translation but has the looks of one: length, marks, numbers, names."""

from __future__ import annotations

import re
import zlib

# Words of two characters, as real summaries have them: checks of language meet real characters.
_HAN_PAIRS = (
    "模型方法数据网络训练学习图像语言系统任务性能结果框架特征算法结构空间信息优化估计"
    "预测推理实验理论问题分析评估机制策略表示生成检测识别分布误差精度效率鲁棒稳定动态"
    "目标样本参数函数条件过程场景知识注意对齐约束近似收敛采样提出改进研究证明表明利用"
    "结合引入设计构建减少提升实现揭示验证比较适用显著"
)
_DROPPED_WORDS = {
    "the",
    "a",
    "an",
    "it",
    "its",
    "be",
    "been",
    "that",
    "which",
    "has",
    "have",
    "such",
}
_FIXED_TRANSLATIONS = {
    "we": "我们", "and": "和", "this": "本文", "not": "不", "our": "我们的", "can": "可以",
    "of": "的", "in": "在", "to": "以", "with": "与", "for": "为", "on": "上", "is": "是",
    "are": "是", "by": "由", "from": "从", "as": "作为", "or": "或",
}  # fmt: skip
_TOKEN_PATTERN = re.compile(
    r"""
    ⟦[^⟧]*⟧                            # a mark that stands for what must survive
    | \$[^$]+\$ | `[^`]+` | https?://\S+ | \\[A-Za-z]+
    | (?=[\w.,:/×+-]*\d)[A-Za-z0-9](?:[\w.,:/×+-]*\w)?%?  # numbers, `Qwen2.5-7B`, `6-DoF`
    | [A-Za-z][\w’'-]*\w | [A-Za-z]
    | [^\sA-Za-z\d]
    """,
    re.VERBOSE,
)
_WORD_PATTERN = re.compile(r"[A-Za-z][\w’'-]*\Z")
_HAN_PUNCTUATION = {
    ",": "，",
    ".": "。",
    ";": "；",
    ":": "：",
    "?": "？",
    "!": "！",
    "(": "（",
    ")": "）",
}
_NAME_PATTERN = re.compile(r"\d|[A-Za-z][A-Z]")


def fake_translation(text: str, *, title: bool = False) -> str:
    """Han text of a translation's length that keeps marks, numbers and names in their order."""
    is_upper_case = text.isupper() and len(text.split()) > 3
    tokens = [
        _translate_token(
            match.group(), is_name=not is_upper_case and _is_name(match, text, title=title)
        )
        for match in _TOKEN_PATTERN.finditer(text)
    ]
    return _join_tokens(tokens) or "无"


def _is_name(match: re.Match[str], text: str, *, title: bool) -> bool:
    """Whether a word is written as it stands: `ResNet`, `GPT-4`; in a sentence a lone `Gauss`."""
    word = match.group()
    if _NAME_PATTERN.search(word):
        return True
    before = text[max(0, match.start() - 40) : match.start()].rstrip()
    is_first_word = not before or before[-1] in ".!?:⟧"
    is_beside_name = re.search(r"[A-Z][\w-]*$", before) or re.match(
        r"\s+[A-Z]", text[match.end() : match.end() + 4]
    )
    return (
        not title
        and word[0].isupper()
        and not is_first_word
        and not is_beside_name
        and len(word) > 1
    )


def _translate_token(token: str, *, is_name: bool) -> str:
    if is_name or not _WORD_PATTERN.match(token):
        return _HAN_PUNCTUATION.get(token, token)
    word = token.lower()
    if word in _DROPPED_WORDS:
        return ""
    return _FIXED_TRANSLATIONS.get(word) or _han_pair(word) + (
        _han_pair(word[::-1]) if len(word) > 9 else ""
    )


def _han_pair(word: str) -> str:
    index = zlib.crc32(word.encode()) % (len(_HAN_PAIRS) // 2) * 2
    return _HAN_PAIRS[index : index + 2]


def _join_tokens(tokens: list[str]) -> str:
    """Tokens in one line: Chinese needs no spaces, two Latin words next to each other do."""
    line = ""
    for token in tokens:
        if line and token and _is_latin(line[-1]) and _is_latin(token[0]):
            line += " "
        line += token
    return line


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
