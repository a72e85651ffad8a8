// Messages become DOM nodes here: their blocks, documents and keyboards.

import { anchor, formatted, key, make, quote, rich } from "/static/text.js";
import { hour, say } from "/static/words.js";

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

function keyRow(buttons, act, align = "") {
  return make("div", `row ${align ? `align-${align}` : ""}`, ...buttons.map((one) => key(one, act)));
}

const SERVICE = {
  new_chat_members: (message) => say("joined", { name: message.new_chat_members[0].first_name }),
  forum_topic_created: () => say("topic-opened"),
  migrate_to_chat_id: () => say("became-supergroup"),
  migrate_from_chat_id: () => say("became-supergroup"),
};

function author(message, isMine) {
  const name = message.chat.type === "private" || isMine ? "" : message.from?.first_name;
  return name ? [make("p", "author", name)] : [];
}

function content(message, act) {
  const nodes = [];
  if (message.rich_message) nodes.push(make("div", "rich", ...blocks(message.rich_message.blocks, act)));
  if (message.document) nodes.push(file(message.document));
  const text = message.text ?? message.caption;
  const entities = message.entities ?? message.caption_entities ?? [];
  if (text) nodes.push(make("div", "words", ...formatted(text, entities, act)));
  return nodes;
}

/** Give the node of a whole message; `act` says what its links and buttons do. */
export function turn(message, isMine, act) {
  const service = Object.keys(SERVICE).find((name) => name in message);
  const node = make("article", `turn ${isMine ? "mine" : ""} ${service ? "service" : ""}`);
  node.dataset.id = message.message_id;
  node.dataset.date = message.date;
  if (service) {
    node.append(SERVICE[service](message));
    return node;
  }
  const time = hour(message.edit_date ?? message.date);
  const when = make("span", "when", message.edit_date ? say("edited", { time }) : time);
  const bubble = make("div", "bubble", ...author(message, isMine), ...content(message, act), when);
  node.append(bubble);
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length) node.append(make("div", "keys", ...rows.map((row) => keyRow(row, act))));
  return node;
}
