// Formatted text becomes DOM nodes here. All that it says is put in as text, never as markup.

import { locale, say } from "/static/words.js";

/** Make an element with a class and children; strings become text nodes. */
export function make(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

const SAFE = /^(https?|tg|mailto|tel):/i;

/** Make a link that leads only where a chat may lead; `act.open` may follow it inside the chat. */
function link(url, children, act) {
  if (!SAFE.test(url)) return make("span", "", ...children);
  const node = make("a", "", ...children);
  node.href = url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.addEventListener("click", (event) => {
    if (act.open(url)) event.preventDefault();
  });
  return node;
}

/** Write a moment in the reader's own zone, as the format letters of Telegram ask. */
export function moment(unix, format, fallback) {
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "numeric", month: "numeric", year: "numeric" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (format.includes("t")) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) Object.assign(options, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const date = new Date(unix * 1000);
  const node = make("time", "", Object.keys(options).length ? date.toLocaleString(locale(), options) : fallback);
  node.dateTime = date.toISOString();
  node.title = date.toLocaleString(locale());
  return node;
}

function spoiler(...children) {
  const node = make("span", "spoiler", ...children);
  const show = () => node.classList.add("seen");
  node.tabIndex = 0;
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => event.key === "Enter" && show());
  return node;
}

const SHORT = 160; // a quote of about three lines has nothing to fold

/** Make a quote; a long one that folds shows its first lines until it is pressed. */
export function quote(children, folds) {
  const node = make("blockquote", "", ...children);
  if (!folds || node.textContent.length <= SHORT) return node;
  const more = make("button", "more");
  more.type = "button";
  const show = (isFolded) => {
    node.classList.toggle("folded", isFolded);
    more.textContent = say(isFolded ? "more" : "less");
    more.setAttribute("aria-expanded", String(!isFolded));
  };
  node.addEventListener("click", (event) => {
    // A selection of its words is no press, and a link keeps its own.
    if (getSelection().isCollapsed && !event.target.closest("a")) show(!node.classList.contains("folded"));
  });
  show(true);
  node.append(more);
  return node;
}

const ENTITIES = {
  bold: (c) => make("b", "", ...c),
  italic: (c) => make("i", "", ...c),
  underline: (c) => make("u", "", ...c),
  strikethrough: (c) => make("s", "", ...c),
  spoiler: (c) => spoiler(...c),
  code: (c) => make("code", "", ...c),
  pre: (c) => make("pre", "", ...c),
  blockquote: (c) => quote(c, false),
  expandable_blockquote: (c) => quote(c, true),
  text_link: (c, e, act) => link(e.url, c, act),
  url: (c, e, act, text) => link(text, c, act),
  email: (c, e, act, text) => link(`mailto:${text}`, c, act),
  date_time: (c, e, act, text) => moment(e.unix_time, e.date_time_format || "", text),
  bot_command: (c, e, act, text) => {
    const node = make("a", "", ...c);
    node.href = "#";
    node.addEventListener("click", (event) => {
      event.preventDefault();
      act.say(text);
    });
    return node;
  },
};

// They stand on lines of their own, so the line ends around them are not shown once more.
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** Give the nodes of a text with entities; offsets are UTF-16 units, as in JavaScript. */
export function formatted(text, entities, act, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  let rest = entities.filter((e) => e.offset < to && e.offset + e.length > from);
  while (rest.length) {
    const [entity, ...later] = rest;
    const begin = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    const isBlock = BLOCKS.has(entity.type);
    if (begin > at) nodes.push(text.slice(at, isBlock && text[begin - 1] === "\n" ? begin - 1 : begin));
    const inner = later.filter((e) => e.offset < end);
    const children = formatted(text, inner, act, begin, end);
    const dress = ENTITIES[entity.type];
    nodes.push(...(dress ? [dress(children, entity, act, text.slice(begin, end))] : children));
    at = isBlock && text[end] === "\n" ? end + 1 : end;
    rest = later.filter((e) => e.offset + e.length > end);
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

const TEXTS = {
  bold: (c) => make("b", "", ...c),
  italic: (c) => make("i", "", ...c),
  underline: (c) => make("u", "", ...c),
  strikethrough: (c) => make("s", "", ...c),
  subscript: (c) => make("sub", "", ...c),
  superscript: (c) => make("sup", "", ...c),
  marked: (c) => make("mark", "", ...c),
  code: (c) => make("code", "", ...c),
  spoiler: (c) => spoiler(...c),
  url: (c, t, act) => (t.url.startsWith("#") ? jump(c, t.url.slice(1)) : link(t.url, c, act)),
  email_address: (c, t, act) => link(`mailto:${t.email_address}`, c, act),
  phone_number: (c, t, act) => link(`tel:${t.phone_number}`, c, act),
  date_time: (c, t) => moment(t.unix_time, t.date_time_format, words(t.text)),
  mathematical_expression: (c, t) => make("span", "math", t.expression),
  custom_emoji: (c, t) => make("span", "", t.alternative_text),
  anchor: (c, t) => anchor(t.name),
  anchor_link: (c, t) => jump(c, t.anchor_name),
  reference: (c, t) => make("span", "", anchor(t.name), ...c),
  reference_link: (c, t) => jump(c, t.reference_name),
  button: (c, t, act) => key(t.button, act),
};

/** Give the nodes of a rich text. */
export function rich(text, act) {
  if (text === undefined || text === null) return [];
  if (typeof text === "string") return [text];
  if (Array.isArray(text)) return text.flatMap((part) => rich(part, act));
  const children = rich(text.text, act);
  const dress = TEXTS[text.type];
  return dress ? [dress(children, text, act)] : children;
}

function words(text) {
  return rich(text, { open: () => false }).map((n) => (typeof n === "string" ? n : n.textContent)).join("");
}

export function anchor(name) {
  const node = make("span", "anchor");
  node.dataset.anchor = name;
  return node;
}

/** Scroll softly, unless the reader wants no motion. */
export function pace() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
}

/** Lead to an anchor of the same message: open what hides it, then scroll to it. */
function jump(children, name) {
  const node = make("a", "", ...children);
  node.href = "#";
  node.addEventListener("click", (event) => {
    event.preventDefault();
    const message = node.closest(".turn");
    const anchors = [...message.querySelectorAll("[data-anchor]")];
    const target = name ? anchors.find((one) => one.dataset.anchor === name) : message;
    if (!target) return;
    for (let up = target.parentElement; up && up !== message; up = up.parentElement) {
      // An anchor in a summary belongs to the closed block itself, which then stays closed.
      if (up.tagName === "DETAILS" && !up.firstElementChild.contains(target)) up.open = true;
    }
    const shown = target.closest("details") || target;
    shown.scrollIntoView({ block: "start", behavior: pace() });
    shown.classList.remove("target");
    requestAnimationFrame(() => shown.classList.add("target"));
    (shown.querySelector("summary") || node).focus({ preventScroll: true });
  });
  return node;
}

/** Make a button that does what the bot meant it to do. */
export function key(button, act) {
  const node = make("button", `key ${button.style || ""}`, ...rich(button.text, act));
  node.type = "button";
  if (button.disabled) node.disabled = true;
  if (button.callback_data) node.dataset.callback = button.callback_data;
  node.addEventListener("click", () => act.press(button, node));
  return node;
}
