"""Chinese that is no translation but has the looks of one: length, marks, numbers, names."""

from __future__ import annotations

import re
import zlib

# Words of two characters, as real glosses have them: checks of language meet real characters.
_PAIRS = (
    "模型方法数据网络训练学习图像语言系统任务性能结果框架特征算法结构空间信息优化估计"
    "预测推理实验理论问题分析评估机制策略表示生成检测识别分布误差精度效率鲁棒稳定动态"
    "目标样本参数函数条件过程场景知识注意对齐约束近似收敛采样提出改进研究证明表明利用"
    "结合引入设计构建减少提升实现揭示验证比较适用显著"
)
_SILENT = {"the", "a", "an", "it", "its", "be", "been", "that", "which", "has", "have", "such"}
_FIXED = {
    "we": "我们", "and": "和", "this": "本文", "not": "不", "our": "我们的", "can": "可以",
    "of": "的", "in": "在", "to": "以", "with": "与", "for": "为", "on": "上", "is": "是",
    "are": "是", "by": "由", "from": "从", "as": "作为", "or": "或",
}  # fmt: skip
_TOKEN = re.compile(
    r"""
    ⟦[^⟧]*⟧                            # a mark that stands for what must survive
    | \$[^$]+\$ | `[^`]+` | https?://\S+ | \\[A-Za-z]+
    | (?=[\w.,:/×+-]*\d)[A-Za-z0-9](?:[\w.,:/×+-]*\w)?%?  # numbers, `Qwen2.5-7B`, `6-DoF`
    | [A-Za-z][\w’'-]*\w | [A-Za-z]
    | [^\sA-Za-z\d]
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[A-Za-z][\w’'-]*\Z")
_STOPS = {",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_NAME = re.compile(r"\d|[A-Za-z][A-Z]")


def translated(text: str, *, title: bool = False) -> str:
    """Han text of a translation's length that keeps marks, numbers and names in their order."""
    shouted = text.isupper() and len(text.split()) > 3
    spoken = [
        _spoken(found.group(), named=not shouted and _is_name(found, text, title=title))
        for found in _TOKEN.finditer(text)
    ]
    return _joined(spoken) or "无"


def _is_name(found: re.Match[str], text: str, *, title: bool) -> bool:
    """Whether a word is written as it stands: `ResNet`, `GPT-4`; in a sentence a lone `Gauss`."""
    word = found.group()
    if _NAME.search(word):
        return True
    before = text[max(0, found.start() - 40) : found.start()].rstrip()
    begins = not before or before[-1] in ".!?:⟧"
    amid = re.search(r"[A-Z][\w-]*$", before) or re.match(
        r"\s+[A-Z]", text[found.end() : found.end() + 4]
    )
    return not title and word[0].isupper() and not begins and not amid and len(word) > 1


def _spoken(token: str, *, named: bool) -> str:
    if named or not _WORD.match(token):
        return _STOPS.get(token, token)
    word = token.lower()
    if word in _SILENT:
        return ""
    return _FIXED.get(word) or _pair(word) + (_pair(word[::-1]) if len(word) > 9 else "")


def _pair(word: str) -> str:
    place = zlib.crc32(word.encode()) % (len(_PAIRS) // 2) * 2
    return _PAIRS[place : place + 2]


def _joined(tokens: list[str]) -> str:
    """Tokens in one line: Chinese needs no spaces, two Latin words next to each other do."""
    line = ""
    for token in tokens:
        if line and token and _is_latin(line[-1]) and _is_latin(token[0]):
            line += " "
        line += token
    return line


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
