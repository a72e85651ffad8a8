// The conversation: its messages in order, the days between them, and an empty chat.

import { turn } from "/static/blocks.js";
import { make } from "/static/text.js";
import { day, say } from "/static/words.js";

const log = document.getElementById("conversation");
const NEAR = 24; // pixels from the end that still count as the end

function find(number) {
  return log.querySelector(`[data-id="${number}"]`);
}

/** Blocks that the reader has opened stay open when the message is edited. */
function keepOpen(old, node) {
  const before = old.querySelectorAll("details");
  node.querySelectorAll("details").forEach((one, place) => {
    if (before[place]) one.open = before[place].open;
  });
}

/** Replace an edited message; a reader at one of its buttons is not thrown back to the top. */
function replace(old, node) {
  keepOpen(old, node);
  const place = [...old.querySelectorAll("button, a, summary")].indexOf(document.activeElement);
  old.replaceWith(node);
  if (place < 0) return;
  const now = [...node.querySelectorAll("button, a, summary")];
  (now[Math.min(place, now.length - 1)] ?? log).focus({ preventScroll: true });
}

/** Say which day it is where a new one begins. */
function separate(message) {
  const words = day(message.date);
  const last = [...log.querySelectorAll(".day")].at(-1)?.textContent;
  if (words !== last) log.append(make("p", "day", words));
}

function add(message, isMine, act) {
  const node = turn(message, isMine, act);
  separate(message);
  log.append(node);
  return node;
}

/** A long message is read from its first line, so it is not scrolled to its last. */
function reveal(node) {
  node.scrollIntoView({ block: node.offsetHeight > log.clientHeight ? "start" : "end" });
}

/** Whoever reads the end of a conversation stays there when its last message grows. */
function edit(old, node) {
  const isEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  replace(old, node);
  if (isEnd && node === log.lastElementChild && node.offsetHeight <= log.clientHeight) reveal(node);
}

/** Show a message: in its place when it was there before, else at the end. */
export function showMessage(message, isMine, act) {
  const old = find(message.message_id);
  if (old) return edit(old, turn(message, isMine, act));
  log.querySelector(".empty")?.remove();
  reveal(add(message, isMine, act));
}

/** Show a whole conversation, or the way to begin one. */
export function showConversation(state, isMine, act) {
  log.replaceChildren();
  const nodes = state.messages.map((message) => add(message, isMine(message), act));
  if (nodes.length) reveal(nodes.at(-1));
  else if (state.chat.type === "private") log.append(empty(state, act));
}

function empty(state, act) {
  const start = make("button", "", say("start"));
  start.type = "button";
  start.addEventListener("click", () => act.say("/start"));
  return make("div", "empty", make("p", "", state.about || say("about")), start);
}
