"""Makes the README's pictures from the demo itself: ``python -m tests.demo.pictures``.

Needs Debian's chromium, or a browser that CHROMIUM names.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent.parent.parent / ".github"
BROWSER = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")

WORDS = {
    "en": ("diffusion OR splatting", "Subscribe", "Show one now"),
    "zh": ("diffusion OR splatting", "订阅", "立即查看"),
}


def main() -> None:
    """A conversation in each language, photographed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        for language in WORDS:
            with subprocess.Popen(
                [sys.executable, "-u", "-m", "bot", "demo", "--port", "0"],
                stdout=subprocess.PIPE,
                text=True,
            ) as demo:
                try:
                    assert demo.stdout is not None
                    found = re.search(r"http://\S+?:\d+", demo.stdout.readline())
                    assert found is not None
                    _photograph(browser, found[0], language)
                finally:
                    demo.terminate()
        browser.close()


def _photograph(browser: Browser, url: str, language: str) -> None:
    words, subscribe, show = WORDS[language]
    page = browser.new_page(
        viewport={"width": 620, "height": 900}, device_scale_factor=1.5, color_scheme="light"
    )
    page.goto(url)
    _say(page, "/start")
    if language == "zh":
        page.get_by_role("button", name="中文", exact=True).last.click()
        page.get_by_text("你好").last.wait_for()
    _say(page, words)
    page.get_by_role("button", name=subscribe, exact=True).last.click()
    page.get_by_role("button", name=show, exact=True).last.wait_for()
    if language == "en":
        page.screenshot(path=FOLDER / "chat-en.png")
    page.get_by_role("button", name=show, exact=True).last.click()
    page.get_by_role("table").last.wait_for()
    page.get_by_role("heading").last.evaluate("node => node.scrollIntoView()")
    name = "digest.png" if language == "en" else "chat-zh.png"
    page.screenshot(path=FOLDER / name)


def _say(page: Page, text: str) -> None:
    before = page.get_by_role("button").count()
    page.locator("#composer textarea, #composer input").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelectorAll('button').length > before", arg=before
    )


if __name__ == "__main__":
    main()
