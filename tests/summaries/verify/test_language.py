"""A language is known by its script, and English by its small words."""

from __future__ import annotations

import pytest

from bot.summaries.verify.language import is_english, is_in_language, script_of


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("zh", "Hans"),
        ("zh-CN", "Hans"),
        ("zh-TW", "Hant"),
        ("zh-Hant", "Hant"),
        ("zh_Hant_HK", "Hant"),
        ("ja", "Jpan"),
        ("ko", "Kore"),
        ("uk", "Cyrl"),
        ("sr", "Cyrl"),
        ("sr-Latn", "Latn"),
        ("fa", "Arab"),
        ("hi", "Deva"),
        ("el", "Grek"),
        ("he", "Hebr"),
        ("th", "Thai"),
        ("pt-BR", "Latn"),
        ("xx", "Latn"),
    ],
)
def test_the_script_of_a_language(language: str, script: str) -> None:
    assert script_of(language) == script


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us"])
def test_english_in_any_spelling(language: str) -> None:
    assert is_english(language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("MLLM-Bench使用GPT-4V评估多模态LLM", "zh"),
        ("我们使用Chain-of-Thought（思维链，Chain of Thought prompting with a model）提示", "zh"),
        ("句子“Niels Bohr and Kurt Cobain were born in Copenhagen”的结构", "zh"),
        (r"当 $\text{the number of units in the set}$ 增大时误差减小", "zh"),
        ("GPT-4", "zh"),
        ("การพยากรณ์น้ำท่วมชายฝั่งด้วยทรานส์ฟอร์เมอร์กราฟ TideNet", "th"),
        ("ग्राफ ट्रांसफॉर्मर से तटीय बाढ़ का पूर्वानुमान", "hi"),
        ("Πρόβλεψη παράκτιων πλημμυρών με μετασχηματιστές γράφων", "el"),
        ("Prognoza poplavnih događaja na obali pomoću grafovskih transformera uz podatke", "hr"),
        ("We show that the error of the model is lower than that of others", "en"),
        ("Robust models survive visual corruptions, improving reasoning and image quality", "en"),
    ],
)
def test_it_is(text: str, language: str) -> None:
    assert is_in_language(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("该方法使条件生成 less opaque and more grounded 从而更好", "zh"),
        ("我们研究扩散模型。We show that the error of the model is lower.", "zh"),
        ("我们研究这个问题并应用于语言识别", "zh-Hant"),
        ("我們研究這個問題並應用於語言識別", "zh"),
        ("我们研究这个问题并应用于语言识别", "ja"),
        ("モデルの誤差を減らす方法を提案する", "zh"),
        ("We show that the error of the model is lower than that of others", "de"),
        ("Wir zeigen dass der Fehler des Modells kleiner ist als der anderer", "en"),
        ("Мы показываем, что ошибка модели меньше", "en"),
    ],
)
def test_it_is_not(text: str, language: str) -> None:
    assert not is_in_language(text, language)
