// Messages become DOM nodes here. Everything a message says is put in as text, never as markup.

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
  const node = make("time", "", Object.keys(options).length ? date.toLocaleString([], options) : fallback);
  node.dateTime = date.toISOString();
  node.title = date.toLocaleString();
  return node;
}

function spoiler(...children) {
  const node = make("span", "spoiler", ...children);
  node.addEventListener("click", () => node.classList.toggle("seen"));
  return node;
}

const SHORT = 160; // a quote of about three lines has nothing to fold

function quote(children, folds) {
  const node = make("blockquote", "", ...children);
  if (folds && node.textContent.length > SHORT) {
    node.className = "folded";
    node.tabIndex = 0;
    node.setAttribute("role", "button");
    node.setAttribute("aria-expanded", "false");
    const toggle = () => node.setAttribute("aria-expanded", String(!node.classList.toggle("folded")));
    node.addEventListener("click", toggle);
    node.addEventListener("keydown", (event) => event.key === "Enter" && toggle());
  }
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

/** Give the nodes of a text with entities; offsets are UTF-16 units, as in JavaScript. */
export function formatted(text, entities, act, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  let rest = entities.filter((e) => e.offset < to && e.offset + e.length > from);
  while (rest.length) {
    const [entity, ...later] = rest;
    const begin = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (begin > at) nodes.push(text.slice(at, begin));
    const inner = later.filter((e) => e.offset < end);
    const children = formatted(text, inner, act, begin, end);
    const dress = ENTITIES[entity.type];
    nodes.push(...(dress ? [dress(children, entity, act, text.slice(begin, end))] : children));
    at = end;
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
function rich(text, act) {
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

function anchor(name) {
  const node = make("span", "anchor");
  node.dataset.anchor = name;
  return node;
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
    shown.scrollIntoView({ block: "start", behavior: "smooth" });
    shown.classList.remove("target");
    requestAnimationFrame(() => shown.classList.add("target"));
    (shown.querySelector("summary") || node).focus({ preventScroll: true });
  });
  return node;
}

function cited(node, credit, act) {
  if (credit) node.append(make("cite", "", "— ", ...rich(credit, act)));
  return node;
}

function table(block, act) {
  const looks = ["bordered", "striped", "compact"].filter((look) => block[`is_${look}`]).join(" ");
  const node = make("table", looks);
  if (block.caption) node.append(make("caption", "", ...rich(block.caption, act)));
  for (const row of block.cells) {
    const line = make("tr");
    for (const cell of row) {
      const valign = cell.valign === "top" ? "top-line" : cell.valign;
      const box = make(cell.is_header ? "th" : "td", `${cell.align} ${valign}`, ...rich(cell.text, act));
      box.colSpan = cell.colspan || 1;
      box.rowSpan = cell.rowspan || 1;
      line.append(box);
    }
    node.append(line);
  }
  return make("div", "wide", node);
}

function list(block, act) {
  const ordered = block.items.some((item) => item.value !== undefined);
  const node = make(ordered ? "ol" : "ul");
  for (const item of block.items) {
    const entry = make("li", "", ...blocks(item.blocks, act));
    if (item.value !== undefined) entry.value = item.value;
    if (item.has_checkbox) {
      const box = make("input");
      Object.assign(box, { type: "checkbox", checked: Boolean(item.is_checked), disabled: true });
      entry.prepend(box);
    }
    node.append(entry);
  }
  return node;
}

function details(block, act) {
  const inside = make("div", "inside", ...blocks(block.blocks, act));
  const node = make("details", "", make("summary", "", ...rich(block.summary, act)), inside);
  node.open = Boolean(block.is_open);
  return node;
}

const BLOCKS = {
  paragraph: (b, act) => make("p", "", ...rich(b.text, act)),
  heading: (b, act) => make(`h${Math.min(b.size + 1, 6)}`, "", ...rich(b.text, act)),
  pre: (b, act) => make("pre", "", ...rich(b.text, act)),
  footer: (b, act) => make("p", "footer", ...rich(b.text, act)),
  divider: () => make("hr"),
  mathematical_expression: (b) => make("p", "math center", b.expression),
  anchor: (b) => anchor(b.name),
  list,
  blockquote: (b, act) => cited(quote(blocks(b.blocks, act), false), b.credit, act),
  expandable_blockquote: (b, act) => cited(quote(rich(b.text, act), true), b.credit, act),
  pullquote: (b, act) => cited(quote(rich(b.text, act), false), b.credit, act),
  table,
  details,
  buttons: (b, act) => keyRow(b.buttons, act, b.align),
  document: (b) => file(b.document),
};

function blocks(all, act) {
  return all.map((block) => (BLOCKS[block.type] || unknown)(block, act));
}

function unknown(block) {
  return make("p", "footer", `[${block.type}]`);
}

/** Make the link by which a document is saved. */
function file(document_) {
  const size = `${Math.max(1, Math.round(document_.file_size / 1024))} KB`;
  const node = make("a", "file", `↓ ${document_.file_name}`, make("span", "footer", size));
  node.href = `/page/file/${encodeURIComponent(document_.file_id)}`;
  node.download = document_.file_name;
  return node;
}

/** Make a button that does what the bot meant it to do. */
function key(button, act) {
  const node = make("button", `key ${button.style || ""}`, ...rich(button.text, act));
  node.type = "button";
  if (button.disabled) node.disabled = true;
  node.addEventListener("click", () => act.press(button, node));
  return node;
}

function keyRow(buttons, act, align = "") {
  return make("div", `row ${align ? `align-${align}` : ""}`, ...buttons.map((one) => key(one, act)));
}

const SERVICE = {
  new_chat_members: "joined the group",
  forum_topic_created: "opened a topic",
  migrate_to_chat_id: "the group became a supergroup",
  migrate_from_chat_id: "the group became a supergroup",
};

/** Give the node of a whole message; `act` says what its links and buttons do. */
export function turn(message, isMine, act) {
  const service = Object.keys(SERVICE).find((name) => name in message);
  const node = make("article", `turn ${isMine ? "mine" : ""} ${service ? "service" : ""}`);
  node.dataset.id = message.message_id;
  const bubble = make("div", "bubble");
  if (service) bubble.append(SERVICE[service]);
  if (message.rich_message) bubble.append(make("div", "rich", ...blocks(message.rich_message.blocks, act)));
  if (message.document) bubble.append(file(message.document));
  const text = message.text ?? message.caption;
  const entities = message.entities ?? message.caption_entities ?? [];
  if (text) bubble.append(make("div", "words", ...formatted(text, entities, act)));
  const time = new Date(message.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  bubble.append(make("span", "when", message.edit_date ? `edited ${time}` : time));
  node.append(bubble);
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length) node.append(make("div", "keys", ...rows.map((row) => keyRow(row, act))));
  return node;
}
