// What is typed, the menu of commands, and what stands there where one cannot write.

import { make } from "/static/text.js";
import { say } from "/static/words.js";

const text = document.getElementById("text");
const menu = document.getElementById("commands");
const opener = document.getElementById("show-commands");
const bar = document.getElementById("bar");
let commands = [];
let send = () => {};

function show(prefix) {
  const fitting = commands.filter((one) => one.command.startsWith(prefix));
  menu.replaceChildren(...fitting.map(item));
  menu.hidden = !fitting.length;
  opener.setAttribute("aria-expanded", String(fitting.length > 0));
}

/** Close the menu; say whether it was open. */
export function hideCommands() {
  const wasOpen = !menu.hidden;
  if (menu.contains(document.activeElement)) text.focus();
  menu.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  return wasOpen;
}

function item({ command, description }) {
  const node = make("button", "", make("b", "", `/${command}`), make("span", "", description));
  node.type = "button";
  node.tabIndex = -1;
  node.setAttribute("role", "menuitem");
  node.addEventListener("click", () => {
    hideCommands();
    text.value = "";
    text.focus();
    send(`/${command}`);
  });
  return node;
}

opener.addEventListener("click", () => {
  if (hideCommands()) return;
  show("");
  menu.querySelector("button")?.focus();
});

menu.addEventListener("keydown", (event) => {
  const all = [...menu.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") hideCommands();
  if (to === undefined) return;
  event.preventDefault();
  (all[to] ?? text).focus();
});

text.addEventListener("input", () => {
  const typed = text.value.match(/^\/(\w*)$/);
  if (typed) show(typed[1]);
  else hideCommands();
});

text.addEventListener("keydown", (event) => {
  if (menu.hidden || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  (event.key === "ArrowUp" ? menu.lastElementChild : menu.firstElementChild)?.focus();
});

document.getElementById("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = text.value.trim();
  if (!typed) return;
  text.value = "";
  hideCommands();
  send(typed);
});

/** Say why one cannot write here, with a button where one can do something about it. */
function obstacle(chat, act) {
  if (chat.type === "private") {
    return chat.bot === "kicked" && [say("blocked-about"), say("unblock"), act.unblock];
  }
  if (!chat.canWrite) return [say("only-owner")];
  if (HERE.includes(chat.bot)) return false;
  return chat.leads && [say("bot-absent"), say("add-bot"), act.add];
}

const HERE = ["member", "administrator", "restricted"];

/** Offer to send the bot away where one may: the way back stands in the bar. */
function fitDismissal(chat, act) {
  const dismiss = document.getElementById("dismiss");
  const isOwn = chat.type === "private";
  dismiss.hidden = !HERE.includes(chat.bot) || !(isOwn || chat.leads);
  dismiss.ariaLabel = dismiss.title = say(isOwn ? "block" : "remove-bot");
  dismiss.onclick = isOwn ? act.block : act.remove;
}

/** Fit the field to a chat: its commands, its name, or what stands in the way. */
export function fitComposer(state, act) {
  commands = state.commands;
  send = act.say;
  fitDismissal(state.chat, act);
  const isChannel = state.chat.type === "channel";
  text.placeholder = say(isChannel ? "broadcast" : "message");
  const found = obstacle(state.chat, act);
  document.getElementById("composer").hidden = Boolean(found);
  opener.hidden = !commands.length;
  bar.hidden = !found;
  if (!found) return;
  const [words, label, press] = found;
  const [line, button] = bar.children;
  line.textContent = words;
  button.hidden = !press;
  button.textContent = label ?? "";
  button.onclick = press ?? null;
}
