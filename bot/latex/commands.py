"""Classify the LaTeX commands that are neither symbols nor accents.

A command in no table is an author's own: it shows its argument, or its name if it has none.
"""

from __future__ import annotations

ALPHABETS = {
    "mathbb": "mathbb",
    "Bbb": "mathbb",
    "mathds": "mathbb",
    "mathbbm": "mathbb",
    "mathcal": "mathcal",
    "cal": "mathcal",
    "mathfrak": "mathfrak",
    "frak": "mathfrak",
    "mathscr": "mathscr",
    "scr": "mathscr",
}
"""Unicode's alphabets, by command."""


def _split_names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT_COMMANDS = _split_names(
    "text textrm textup textit textsf texttt textbf textsc textsl textmd textnormal emph mbox hbox"
    " underline uline"
)
"""Commands in a formula whose argument is text."""

WORD_COMMANDS = _split_names(
    "mathrm mathsf mathtt mathit mathbf mathnormal mathsfit mathbfit boldsymbol bm pmb symbf"
    " operatorname operatornamewithlimits mathop mathrel mathbin mathord ensuremath"
)
"""Commands whose argument is one word of a formula."""

FONT_SWITCHES = _split_names(
    "em bf it tt sc rm sf sl bfseries itshape ttfamily scshape rmfamily sffamily slshape mdseries"
    " upshape normalfont small large Large footnotesize scriptsize tiny normalsize centering"
    " boldmath"
)
"""Commands that change the font of what follows."""

SILENT_COMMANDS = FONT_SWITCHES | _split_names(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm"
    " displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag noindent"
    " xspace protect relax null strut mathstrut maketitle allowbreak nobreak indent hfill"
    " smallskip medskip bigskip selectfont ignorespaces leavevmode unskip romannumeral"
)
"""Commands that display nothing."""

BLANK_COMMANDS = _split_names(
    "quad qquad enspace enskip space thinspace medspace thickspace newline linebreak par"
    " nobreakspace textvisiblespace"
)
"""Commands that are a space."""

HIDDEN_ARGUMENT_COUNTS = {
    **dict.fromkeys(
        _split_names(
            "color textcolor colorbox fcolorbox hspace vspace hskip vskip kern mkern phantom"
            " hphantom vphantom label tag cline raisebox scalebox rotatebox resizebox fontfamily"
            " fontseries fontshape foreignlanguage selectlanguage hypertarget hyperlink hyperref"
            " thispagestyle pagestyle includegraphics bibliography bibliographystyle thanks index"
            " input"
        ),
        1,
    ),
    **dict.fromkeys(_split_names("rule fontsize setlength newcommand renewcommand"), 2),
}
"""How many arguments of a command only affect typesetting."""

BRACKET_COMMANDS = {
    "abs": "||",
    "norm": "‖‖",
    "ket": "|⟩",
    "bra": "⟨|",
    "braket": "⟨⟩",
    "Ket": "|⟩",
    "Bra": "⟨|",
    "Braket": "⟨⟩",
    "expval": "⟨⟩",
    "ev": "⟨⟩",
    "set": "{}",
    "floor": "⌊⌋",
    "ceil": "⌈⌉",
    "enquote": "“”",
}
"""Commands that enclose their argument in two signs."""

MATRIX_BRACKETS = {
    "pmatrix": "()",
    "bmatrix": "[]",
    "Bmatrix": "{}",
    "vmatrix": "||",
    "Vmatrix": "‖‖",
    "smallmatrix": "()",
}
"""The signs around a matrix-like environment."""

ABBREVIATIONS = {
    "eg": "e.g.",
    "ie": "i.e.",
    "Eg": "E.g.",
    "Ie": "I.e.",
    "etal": "et al.",
    "cf": "cf.",
    "vs": "vs.",
    "wrt": "w.r.t.",
    "iid": "i.i.d.",
    "aka": "a.k.a.",
}
"""Abbreviations that conference templates define."""

TEXT_SYMBOLS = {"deg": "°", "S": "§", "P": "¶", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX"}
"""Symbols in text whose names are an author's own commands in a formula."""
