// The people one can be and their chats, with what is unread in each.

import { make } from "/static/text.js";
import { day, hour, say, tongue } from "/static/words.js";

const TONES = 5; // colours of faces, in main.css

const SHIFT = { supergroup: 3, group: 3, channel: 2 }; // places count their ids as people do

/** Choose the colour of a person's or chat's picture; the bot's is the page's own. */
export function toneOf({ id, type }) {
  return type === "private" ? 0 : (Math.abs(id) + (SHIFT[type] ?? 0)) % TONES;
}

/** Dress the round picture of a person or chat: the first letter on a colour. */
export function face(node, tone, name) {
  node.className = `face face-${tone}`;
  node.textContent = [...name][0];
  node.ariaHidden = "true";
  return node;
}

/** Name a chat as a list of chats does: a private one is the bot's. */
export function nameOf(chat, bot) {
  return chat.type === "private" ? bot.first_name : chat.title;
}

function badge(count) {
  const node = make("span", "badge", make("span", "", String(count)));
  node.firstChild.ariaHidden = "true";
  node.append(make("span", "unseen", say("unread", { count })));
  return node;
}

function person(one, chosen, choose) {
  const input = make("input");
  Object.assign(input, { type: "radio", name: "person", value: String(one.id), checked: one.id === chosen });
  input.addEventListener("change", () => choose(one.id));
  const words = make("span", "", make("b", "", one.first_name), make("small", "", tongue(one.language_code)));
  const node = make("label", "person", input, face(make("span"), toneOf(one), one.first_name), words);
  if (one.unread && one.id !== chosen) node.append(badge(one.unread));
  node.lang = one.language_code.startsWith("zh") ? "zh-Hans" : "en";
  return node;
}

function lastWords(last) {
  if (!last) return "";
  if (last.service) return "…";
  return last.author ? `${last.author}: ${last.text}` : last.text;
}

function moment(last, now) {
  if (!last) return "";
  const isToday = new Date(last.date * 1000).toDateString() === new Date(now).toDateString();
  return isToday ? hour(last.date) : day(last.date).split(/[\s,星]/)[0];
}

function item(chat, state, choose) {
  const name = nameOf(chat, state.bot);
  const isOpen = chat.id === state.chat.id;
  const top = make("span", "line", make("b", "", name), make("time", "", moment(chat.last, state.now)));
  const below = make("span", "line", make("span", "last", lastWords(chat.last)));
  if (chat.unread && !isOpen) below.append(badge(chat.unread));
  const picture = face(make("span"), toneOf(chat), name);
  const node = make("button", "chat", picture, make("span", "lines", top, below));
  node.type = "button";
  node.dataset.chat = chat.id;
  node.dataset.kind = chat.type;
  if (isOpen) node.ariaCurrent = "true";
  node.addEventListener("click", () => choose(chat.id));
  return make("li", "", node);
}

/** Show people and chats anew; focus stays where it was. */
export function showChats(state, choosePerson, chooseChat) {
  const people = document.getElementById("people");
  const chats = document.getElementById("chats");
  const held = document.activeElement;
  const place = held?.dataset?.chat;
  const wasPerson = people.contains(held);
  people.replaceChildren(...state.people.map((one) => person(one, state.person.id, choosePerson)));
  chats.replaceChildren(...state.chats.map((chat) => item(chat, state, chooseChat)));
  if (place) chats.querySelector(`[data-chat="${place}"]`)?.focus();
  if (wasPerson) people.querySelector(":checked").focus();
  const elsewhere = state.chats.some((chat) => chat.unread && chat.id !== state.chat.id);
  document.getElementById("elsewhere").hidden = !elsewhere;
}

document.getElementById("chats").addEventListener("keydown", (event) => {
  const all = [...document.querySelectorAll("#chats button")];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[Math.min(Math.max(to, 0), all.length - 1)].focus();
});
