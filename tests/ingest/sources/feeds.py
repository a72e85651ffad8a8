"""Feeds for the tests: the files of ``tests/data/feeds``, and feeds printed on demand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as Tree

FOLDER = Path(__file__).parents[2] / "data" / "feeds"
_ARXIV_NAMESPACE = "http://arxiv.org/schemas/atom"
_DC_NAMESPACE = "http://purl.org/dc/elements/1.1/"
Tree.register_namespace("arxiv", _ARXIV_NAMESPACE)
Tree.register_namespace("dc", _DC_NAMESPACE)


def read_feed(name: str) -> bytes:
    """One of our own files."""
    return (FOLDER / name).read_bytes()


def rss_item(
    paper: str = "2611.90001v1",
    title: str = "A Kettle",
    abstract: str = "It boils.",
    kind: str = "new",
    **changes: str,
) -> dict[str, str]:
    """The elements of one RSS item; an element that is changed to "" is left out."""
    elements = {
        "title": title,
        "link": f"https://arxiv.org/abs/{paper.rpartition('v')[0]}",
        "description": f"arXiv:{paper} Announce Type: {kind} \nAbstract: {abstract}",
        "guid": f"oai:arXiv.org:{paper}",
        "category": "cs.CV",
        f"{{{_ARXIV_NAMESPACE}}}announce_type": kind,
        f"{{{_DC_NAMESPACE}}}creator": "Cara Nimbus",
    }
    elements.update({_QUALIFIED_NAMES.get(name, name): text for name, text in changes.items()})
    return {name: text for name, text in elements.items() if text}


_QUALIFIED_NAMES = {
    "announce_type": f"{{{_ARXIV_NAMESPACE}}}announce_type",
    "creator": f"{{{_DC_NAMESPACE}}}creator",
}


def rss_feed(
    items: Iterable[dict[str, str]],
    day: str = "Mon, 23 Nov 2026",
    title: str = "cs.CV updates on arXiv.org",
) -> bytes:
    """An RSS feed of a day."""
    root = Tree.Element("rss", version="2.0")
    channel = Tree.SubElement(root, "channel")
    Tree.SubElement(channel, "title").text = title
    Tree.SubElement(channel, "pubDate").text = f"{day} 00:00:00 -0500"
    for elements in items:
        entry = Tree.SubElement(channel, "item")
        for name, text in elements.items():
            Tree.SubElement(entry, name).text = text
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))
