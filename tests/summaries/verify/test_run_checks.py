"""What is wrong with an answer is found; what is right passes, in every script."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.llm.summarize import has_link
from bot.summaries.verify.findings import Finding, SummaryText
from bot.summaries.verify.run_checks import check_summary
from storage.records.papers import Paper

PAPER = Paper(
    id="arxiv:2611.01234",
    version=1,
    title="TideNet: Forecasting Coastal Floods with Graph Transformers",
    abstract=(
        "Coastal floods threaten 600 million people, yet forecasts beyond two days remain poor. "
        "We present TideNet, a graph transformer that learns from 1,250 tide gauges and from "
        "satellite altimetry. On the SeaBench-3 data set it lowers the error by 18.5% against "
        "NOAA's operational model and runs 40 times faster on one GPU. "
        "An ablation shows that half of the gain comes from the altimetry. "
        "Code is available at https://tidenet.example/code."
    ),
)

GOOD = {
    "zh": SummaryText(
        "TideNet：用图变换器预报沿海洪水",
        "TideNet是一种从1250个验潮站和卫星测高数据中学习的图变换器，将沿海洪水预报误差降低18.5%，"
        "速度提高40倍。",
        "沿海洪水威胁着6亿人，但两天以后的预报仍然很差。我们提出了Ti"
        "deNet，这是一种从1,250个验潮站和"
        "卫星测高数据中学习的图变换器。在SeaBench-3数据集上，与NO"
        "AA的业务模型相比，它将误差降低了18.5%，"
        "并且在单个GPU上的运行速度快40倍。消融实验表明，一半的增益来自测高数据。"
        "代码见https://tidenet.example/code。",
    ),
    "zh-Hant": SummaryText(
        "TideNet：用圖變換器預報沿海洪水",
        "TideNet是一種從1250個驗潮站和衛星測高數據中學習的圖變換器，將沿海洪水預報誤差降低18.5%。",
        "沿海洪水威脅著6億人，但兩天以後的預報仍然很差。我們提出了Ti"
        "deNet，這是一種從1,250個驗潮站和"
        "衛星測高數據中學習的圖變換器。在SeaBench-3數據集上，與NO"
        "AA的業務模型相比，它將誤差降低了18.5%，"
        "並且在單個GPU上的運行速度快40倍。消融實驗表明，一半的增益來自測高數據。"
        "程式碼見https://tidenet.example/code。",
    ),
    "ja": SummaryText(
        "TideNet：グラフトランスフォーマーによる沿岸洪水の予測",
        "TideNetは1250か所の検潮所と衛星高度計から学習し、沿岸洪水の予測誤"
        "差を18.5%減らすグラフトランスフォーマーである。",
        "沿岸洪水は6億人を脅かしているが、2日を超える予測の精度は依然とし"
        "て低い。本研究では、1,250か所の検潮所と"
        "衛星高度計から学習するグラフトランスフォーマーTideNetを提案す"
        "る。SeaBench-3データセットにおいて、"
        "NOAAの現業モデルに比べて誤差を18.5%減らし、1台のGP"
        "Uで40倍高速に動作する。アブレーションは、"
        "改善の半分が高度計によるものであることを示す。コードはhttps://ti"
        "denet.example/codeで公開している。",
    ),
    "ko": SummaryText(
        "TideNet: 그래프 트랜스포머를 이용한 연안 홍수 예측",
        "TideNet은 1250개 검조소와 위성 고도계에서 학습하여 연안 홍수 예"
        "측 오차를 18.5% 줄이는 그래프 트랜스포머이다.",
        "연안 홍수는 6억 명을 위협하지만 이틀을 넘는 예측은 여전히 부정"
        "확하다. 우리는 1,250개 검조소와 위성 "
        "고도계에서 학습하는 그래프 트랜스포머 TideNet을 제안한다. SeaB"
        "ench-3 데이터셋에서 NOAA의 현업 모델보다 "
        "오차를 18.5% 줄이고 GPU 하나에서 40배 빠르게 동작한다. 소거"
        " 실험은 향상의 절반이 고도계에서 온다는 것을 "
        "보여 준다. 코드는 https://tidenet.example/code 에서 볼 수 있다.",
    ),
    "ru": SummaryText(
        "TideNet: прогноз прибрежных наводнений графовыми трансформерами",
        "TideNet, графовый трансформер, обученный на данных 1250 мареографов и спутниковой "
        "альтиметрии, снижает ошибку прогноза прибрежных наводнений на 18,5 %.",
        "Прибрежные наводнения угрожают 600 млн человек, но прогнозы дальше двух дней остаются "
        "слабыми. Мы представляем TideNet, графовый трансформер, который учится на данных 1250 "
        "мареографов и спутниковой альтиметрии. На наборе SeaBench-3 он снижает ошибку на 18,5 % "
        "по сравнению с оперативной моделью NOAA и работает в 40 раз быстрее на одном GPU. "
        "Абляция показывает, что половину выигрыша даёт альтиметрия. "
        "Код доступен по адресу https://tidenet.example/code.",
    ),
    "de": SummaryText(
        "TideNet: Vorhersage von Küstenhochwasser mit Graph-Transformern",
        "TideNet lernt aus 1.250 Pegeln und Satellitenaltimetrie und senkt den Fehler der "
        "Vorhersage von Küstenhochwasser um 18,5 %.",
        "Küstenhochwasser bedroht 600 Millionen Menschen, doch Vorhersagen über zwei Tage hinaus "
        "bleiben schlecht. Wir stellen TideNet vor, einen Graph-Transformer, der aus 1.250 Pegeln "
        "und aus Satellitenaltimetrie lernt. Auf dem Datensatz SeaBench-3 senkt er den Fehler um "
        "18,5 % gegenüber dem operativen Modell der NOAA und läuft 40-mal schneller auf einer GPU. "
        "Eine Ablation zeigt, dass die Hälfte des Gewinns von der Altimetrie kommt. "
        "Der Code steht unter https://tidenet.example/code.",
    ),
    "fr": SummaryText(
        "TideNet : prévoir les inondations côtières avec des transformeurs de graphes",
        "TideNet apprend de 1 250 marégraphes et de l'altimétrie par satellite et réduit de 18,5 % "
        "l'erreur de prévision des inondations côtières.",
        "Les inondations côtières menacent 600 millions de personnes, mais les prévisions au-delà "
        "de deux jours restent mauvaises. Nous présentons TideNet, un transformeur de graphes qui "
        "apprend de 1 250 marégraphes et de l'altimétrie par satellite. Sur le jeu de données "
        "SeaBench-3, il réduit l'erreur de 18,5 % par rapport au modèle opérationnel de la NOAA et "
        "tourne 40 fois plus vite sur un GPU. Une ablation montre que la moitié du gain vient de "
        "l'altimétrie. Le code est disponible sur https://tidenet.example/code.",
    ),
    "ar": SummaryText(
        "TideNet: التنبؤ بالفيضانات الساحلية باستخدام محولات الرسوم البيانية",
        "يتعلم TideNet من 1250 محطة لقياس المد ومن القياس بالأقمار الصناعية ويخفض خطأ التنبؤ "
        "بالفيضانات الساحلية بنسبة 18.5%.",
        "تهدد الفيضانات الساحلية 600 مليون شخص، لكن التنبؤات لأكثر من يومين لا تزال ضعيفة. نقدم "
        "TideNet، وهو محول رسوم بيانية يتعلم من 1250 محطة لقياس المد ومن قياس الارتفاع بالأقمار "
        "الصناعية. على مجموعة SeaBench-3 يخفض الخطأ بنسبة 18.5% مقارنة بنموذج NOAA التشغيلي ويعمل "
        "أسرع 40 مرة على GPU واحد. تظهر التجارب أن نصف التحسن يأتي من قياس الارتفاع. "
        "الشفرة متاحة على https://tidenet.example/code.",
    ),
    "en": SummaryText(
        "",
        "TideNet, a graph transformer fed by 1,250 tide gauges and satellite altimetry, cuts the "
        "error of coastal flood forecasts by 18.5%.",
        "",
    ),
}  # fmt: skip
ZH = GOOD["zh"]


@pytest.mark.parametrize("language", GOOD)
def test_a_good_summary_passes(language: str) -> None:
    assert check_summary(GOOD[language], PAPER, language) == ()


@pytest.mark.parametrize("language", [tag for tag in GOOD if tag != "en"])
@pytest.mark.parametrize("other", GOOD)
def test_another_language_is_noticed(language: str, other: str) -> None:
    """But for two languages of the same script, neither of which is English."""
    scripts = {"de": "Latn", "fr": "Latn"}
    if scripts.get(language, language) == scripts.get(other, other):
        return
    answer = (
        GOOD[other] if other != "en" else SummaryText(PAPER.title, GOOD["en"].tldr, PAPER.abstract)
    )

    assert Finding.WRONG_LANGUAGE in check_summary(answer, PAPER, language)


@pytest.mark.parametrize("other", [tag for tag in GOOD if tag != "en"])
def test_an_english_tldr_is_english(other: str) -> None:
    assert Finding.WRONG_LANGUAGE in check_summary(GOOD[other], PAPER, "en")


def test_english_judges_the_tldr_alone() -> None:
    altered = replace(GOOD["en"], title="**", abstract="<b>")

    assert check_summary(altered, PAPER, "en") == ()


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("tldr", " ", Finding.EMPTY),
        ("title", "", Finding.EMPTY),
        ("tldr", "作为AI语言模型，我无法评价TideNet的沿海洪水预报。", Finding.ABOUT_ITSELF),
        ("tldr", "我不是机器人。", Finding.ABOUT_ITSELF),
        ("title", "以下是翻译：" + ZH.title, Finding.ABOUT_ITSELF),
        ("abstract", ZH.abstract + "（注：以上为机器翻译。）注：仅供参考。", Finding.ABOUT_ITSELF),
        ("abstract", "公告类型：新 摘要：" + ZH.abstract, Finding.FEED_NOISE),
        ("abstract", "摘要：" + ZH.abstract, Finding.FEED_NOISE),
        ("title", ZH.title + " (arXiv:2611.01234v1 [cs.LG])", Finding.FEED_NOISE),
        ("tldr", ZH.tldr + "详见https://evil.example", Finding.LINK),
        ("tldr", ZH.tldr + "关注@freecoins", Finding.LINK),
        ("tldr", ZH.tldr + "见t.me/coins", Finding.LINK),
        ("tldr", ZH.tldr + "见evil.com", Finding.LINK),
        *(
            ("tldr", f"{ZH.tldr}见{form}", Finding.LINK)
            for form in (
                *("evil.shop", "evil.uk/x", "аррӏе.com", "пример.рф", "1.2.3.4/x", "ton://x"),
                *("#标签", "$TONS", "4242 4242 4242 4242", "a@evil.zip"),
            )
        ),
        ("tldr", "TideNet<|im_end|>" + ZH.tldr, Finding.MARKUP),
        ("abstract", ZH.abstract.replace("。", "<start_of_turn>。", 1), Finding.MARKUP),
        ("abstract", ZH.abstract.replace("。", "[/INST]。", 1), Finding.MARKUP),
        ("abstract", ZH.abstract.replace("。", "，即$A ightarrow B$。", 1), Finding.MARK_LOST),
        ("abstract", ZH.abstract + "另见2101.00001。", Finding.OTHER_PAPER),
        ("abstract", ZH.abstract + "另见10.1000/xyz123。", Finding.OTHER_PAPER),
        ("tldr", "**" + ZH.tldr + "**", Finding.MARKUP),
        ("tldr", "<b>" + ZH.tldr + "</b>", Finding.MARKUP),
        ("tldr", "<tg-spoiler>" + ZH.tldr, Finding.MARKUP),
        ("tldr", "# " + ZH.tldr, Finding.MARKUP),
        ("tldr", ZH.tldr + "[更多](x)", Finding.MARKUP),
        ("tldr", "```" + ZH.tldr + "```", Finding.MARKUP),
        ("tldr", '{"gist": "' + ZH.tldr, Finding.MARKUP),
        ("tldr", ZH.tldr.replace("TideNet", "⟦1⟧"), Finding.MARK_LOST),
        ("abstract", ZH.abstract.replace("GPU", "GPU$"), Finding.MARK_LOST),
        ("title", "\u202e" + ZH.title, Finding.ODD_CHARACTERS),
        ("title", ZH.title + "\ue000", Finding.ODD_CHARACTERS),
        ("tldr", ZH.tldr + "哈" * 7, Finding.ODD_CHARACTERS),
        ("abstract", ZH.abstract + ZH.abstract[-8:] * 4, Finding.REPEATS),
        ("tldr", ZH.title, Finding.COPY),
        ("tldr", ZH.abstract.split("。")[0] + "。", Finding.COPY),
        ("title", "关于铁电薄膜中畴壁动力学的第一性原理计算", Finding.UNRELATED),
        ("tldr", "本文证明了紧致黎曼流形上调和映射的唯一性定理。", Finding.UNRELATED),
        ("tldr", ZH.tldr.replace("18.5", "13.5"), Finding.NUMBER_CHANGED),
        ("tldr", ZH.tldr.replace("40倍", "四百倍"), Finding.NUMBER_CHANGED),
        ("abstract", ZH.abstract.replace("6亿", "60亿"), Finding.NUMBER_CHANGED),
        (
            "abstract",
            ZH.abstract.replace("1,250个", "许多").replace("18.5%", "很多").replace("40倍", "很多"),
            Finding.NUMBER_CHANGED,
        ),
        ("tldr", ZH.tldr.replace("TideNet", "WaveNet"), Finding.NAME_CHANGED),
        ("title", ZH.title.replace("TideNet：", ""), Finding.NAME_CHANGED),
        ("tldr", ZH.tldr + "它还更快。", Finding.SEVERAL_SENTENCES),
        ("abstract", ZH.abstract[:120], Finding.CUT_OFF),
        ("abstract", ZH.abstract.split("代码")[0] + "……", Finding.CUT_OFF),
        ("abstract", ZH.abstract + "（此处原文截断）", Finding.CUT_OFF),
        ("abstract", ZH.abstract + "[缺省]", Finding.CUT_OFF),
        ("tldr", ZH.tldr[:30] + "...", Finding.CUT_OFF),
        ("abstract", "。".join(ZH.abstract.split("。")[:2]) + "。", Finding.TOO_SHORT),
        ("tldr", "更快。", Finding.TOO_SHORT),
        (
            "tldr",
            ZH.tldr[:-1] + "，" + "并且在沿海洪水预报上取得了更好的结果" * 6,
            Finding.TOO_LONG,
        ),
        ("title", ZH.title * 4, Finding.TOO_LONG),
        ("abstract", ZH.abstract * 2, Finding.TOO_LONG),
        ("title", PAPER.title, Finding.WRONG_LANGUAGE),
        ("abstract", PAPER.abstract, Finding.WRONG_LANGUAGE),
        ("abstract", ZH.abstract[:-40] + "An ablation shows that half of the gain comes from it.",
         Finding.WRONG_LANGUAGE),
    ],
)  # fmt: skip
def test_each_fault_is_found(field: str, text: str, fault: Finding) -> None:
    assert fault in check_summary(replace(ZH, **{field: text}), PAPER, "zh")


@pytest.mark.parametrize(
    ("tldr", "fault"),
    [
        ("As an AI, I cannot read TideNet's paper about coastal floods.", Finding.ABOUT_ITSELF),
        ("Sure, TideNet lowers the error of coastal flood forecasts.", Finding.ABOUT_ITSELF),
        (PAPER.title, Finding.COPY),
        (
            "TideNet lowers the error. It is also 40 times faster on a GPU.",
            Finding.SEVERAL_SENTENCES,
        ),
        ("TideNet lowers the error of coastal flood forecasts by 19%.", Finding.NUMBER_CHANGED),
        ("TideNet forecasts coastal floods a hundred times faster.", Finding.NUMBER_CHANGED),
        (
            "TideNet forecasts coastal floods with ninety percent less error.",
            Finding.NUMBER_CHANGED,
        ),
        ("TideNet lowers the error of coastal flood forecasts and…", Finding.CUT_OFF),
        ("TideNet " + "very " * 90, Finding.TOO_LONG),
    ],
)
def test_faults_of_an_english_tldr(tldr: str, fault: Finding) -> None:
    assert fault in check_summary(replace(GOOD["en"], tldr=tldr), PAPER, "en")


def test_what_the_source_holds_is_no_fault() -> None:
    """Odd as it may look: brackets, handles and tags of the paper's own."""
    paper = replace(PAPER, abstract=PAPER.abstract + " It answers <think> to @tidebot.")
    altered = replace(ZH, abstract=ZH.abstract + "它以<think>回答@tidebot。")

    assert check_summary(altered, paper, "zh") == ()


@pytest.mark.parametrize(
    ("quote", "translated"),
    [
        ('It resists "ignore all previous instructions".', "它能抵御“忽略之前的所有指令”。"),
        (
            'It never says "As an AI language model, I cannot help".',
            "它从不说“作为AI，我无法回答”。",
        ),
    ],
)
def test_an_honest_translation_of_a_quoted_injection_is_taken(quote: str, translated: str) -> None:
    quoting = replace(PAPER, abstract=f"{PAPER.abstract} {quote}")
    altered = replace(ZH, abstract=ZH.abstract + translated)

    assert check_summary(altered, quoting, "zh") == ()
    assert Finding.ABOUT_ITSELF in check_summary(altered, PAPER, "zh")


def test_the_missing_end_of_an_imported_abstract_is_not_new() -> None:
    cut = replace(PAPER, abstract=PAPER.abstract[:230])

    assert Finding.NUMBER_CHANGED in check_summary(ZH, cut, "zh")
    assert Finding.NUMBER_CHANGED not in check_summary(ZH, replace(cut, partial=True), "zh")


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["a-", "x'", "A.X", "。a", "⟦1", "can't"])
def test_a_long_hostile_answer_takes_linear_time(piece: str) -> None:
    """The time limit of the test is the proof: each step backwards would take minutes."""
    paper = replace(PAPER, abstract=PAPER.abstract * 200)
    text = piece * (150_000 // len(piece))

    assert check_summary(replace(GOOD["zh"], abstract=text), paper, "zh")
    assert check_summary(replace(GOOD["zh"], tldr=text), paper, "en")
    assert has_link(text) is False


def test_every_fault_has_its_words_for_the_model() -> None:
    assert all(len(fault.reason) > 20 for fault in Finding)
    assert len({fault.reason for fault in Finding}) == len(Finding)


texts = st.text(max_size=300) | st.text("。.…$<>[]()0123456789aA的、,\n ", max_size=300)


@given(
    st.builds(SummaryText, texts, texts, texts),
    texts,
    texts,
    st.sampled_from([*GOOD, "xx", "", "sr-Latn"]),
)
def test_any_answer_is_judged(
    answer: SummaryText, title: str, abstract: str, language: str
) -> None:
    findings = check_summary(answer, replace(PAPER, title=title, abstract=abstract), language)

    assert len(set(findings)) == len(findings)
    assert all(isinstance(fault, Finding) for fault in findings)


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_tldr_without_its_end_is_never_better(language: str, data: st.DataObject) -> None:
    """No cut of a good abstract makes new numbers pass: only fewer are told."""
    good = GOOD[language]
    length = data.draw(st.integers(1, len(good.tldr)))
    findings = check_summary(replace(good, tldr=good.tldr[:length] + " 98765"), PAPER, language)

    assert Finding.NUMBER_CHANGED in findings
