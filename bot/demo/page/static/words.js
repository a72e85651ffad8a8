// What the page itself says, in the language of the person at it; words.json holds the texts.

const tables = await (await fetch("/static/words.json")).json();
let language = "en";

/** Give a text of the page with its values filled in. */
export function say(key, values = {}) {
  return tables[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Give the locale in which dates and numbers are written. */
export function locale() {
  return language === "zh" ? "zh-CN" : "en-GB";
}

/** Speak a language from now on, and say it on everything that stands on the page. */
export function speak(code) {
  language = code?.slice(0, 2) in tables ? code.slice(0, 2) : "en";
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) {
    const text = say(node.dataset.label);
    node.setAttribute("aria-label", text);
    if (node.matches("button")) node.title = text;
    if (node.matches("input")) node.placeholder = text;
  }
}

/** Name a person's language in that language. */
export function tongue(code) {
  return (tables[code?.slice(0, 2)] ?? tables.en).language;
}

/** Write the hour of a message. */
export function hour(unix) {
  return new Date(unix * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

/** Write the day of a message. */
export function day(unix) {
  const shape = { weekday: "long", day: "numeric", month: "long" };
  return new Date(unix * 1000).toLocaleDateString(locale(), shape);
}
