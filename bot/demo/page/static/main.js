// The chat page: who one is, which chat is open, what happens there.

import { drawer, alertBox, ask, toast, wireFrame } from "/static/frame.js";
import { face, nameOf, showChats, toneOf } from "/static/chats.js";
import { setClock, wireClock } from "/static/clock.js";
import { fitComposer, hideCommands } from "/static/composer.js";
import { showConversation, showMessage } from "/static/conversation.js";
import { deepLink, isInvented } from "/static/links.js";
import { hideTraffic, showCalls, wireTraffic } from "/static/traffic.js";
import { say, speak } from "/static/words.js";

const $ = (id) => document.getElementById(id);
const state = { event: 0, person: {}, chat: {} };

function where(chat = state.chat.id) {
  const language = encodeURIComponent(navigator.language || "en");
  return `person=${state.person.id ?? ""}&chat=${chat ?? ""}&language=${language}`;
}

/** Do something as the person at the page, in the open chat or another, and give the answer. */
async function perform(action, given, chat) {
  const response = await fetch(`/page/do/${action}?${where(chat)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(given),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const complain = (error) => toast(error.message);

const act = {
  say: (text) => perform("say", { text }).catch(complain),
  add: () => perform("add", {}).catch(complain),
  remove: () => perform("remove", {}).catch(complain),
  block: () => perform("block", { blocked: true }).catch(complain),
  unblock: () => perform("block", { blocked: false }).catch(complain),

  /** Open a deep link of the bot inside the demo; leave every other link to the browser. */
  open(url) {
    const found = deepLink(url, state.bot.username);
    if (found?.start !== undefined) begin(found.start);
    else if (found) invite(found);
    else if (state.isInvented && isInvented(url)) toast(say("invented-link"));
    else return false;
    return true;
  },

  async press(button, node) {
    if (button.url) return void (act.open(button.url) || window.open(button.url, "_blank", "noopener,noreferrer"));
    if (button.copy_text) {
      const copying = navigator.clipboard.writeText(button.copy_text.text);
      return void copying.then(() => toast(say("copied")), () => toast(say("not-copied")));
    }
    if (!button.callback_data) return void toast(say("not-in-demo"));
    node.setAttribute("aria-busy", "true");
    const message = Number(node.closest(".turn").dataset.id);
    try {
      const answer = await perform("press", { message, data: button.callback_data });
      if (answer.text) (answer.alert ? alertBox : toast)(answer.text);
      if (answer.url) act.open(answer.url);
    } catch {
      toast(say("no-answer"));
    } finally {
      node.removeAttribute("aria-busy");
    }
  },
};

/** Follow a deep link: its payload is said in the private chat. */
async function begin(payload) {
  await openChat(state.person.id);
  await perform("open", { payload }).catch(complain);
}

/** Follow an invitation: the bot comes into a group or channel of one's own. */
function invite({ kind, payload }) {
  const kinds = kind === "channel" ? ["channel"] : ["group", "supergroup"];
  const own = state.chats.filter((chat) => chat.leads && kinds.includes(chat.type));
  if (!own.length) return toast(say("no-place"));
  ask(own.map((chat) => ({ label: chat.title, value: chat.id })), async (chat) => {
    await openChat(chat);
    await perform("add", { payload }).catch(complain);
  });
}

function isMine(message) {
  return message.from?.id === state.person.id;
}

function showStatus() {
  const { type, bot, members: count } = state.chat;
  const kind = type === "channel" ? "readers" : "members";
  const own = bot === "kicked" ? "blocked" : "bot-here";
  $("status").textContent = type === "private" ? say(own) : say(kind, { count });
}

const EVENTS = {
  message: (message) => showMessage(message, isMine(message), act),
  edit: (message) => showMessage(message, isMine(message), act),
};

/** Show what surrounds the conversation: chats, field, clock. */
function showAround(around) {
  Object.assign(state, around);
  setClock(state.now);
  showChats(state, openPerson, openChat);
  fitComposer(state, act);
  const unread = state.chats.reduce((sum, chat) => sum + (chat.id === state.chat.id ? 0 : chat.unread), 0);
  document.title = `${unread ? `(${unread}) ` : ""}Papergram ${say("demo")}`;
}

/** Open a chat, or the one that is open, from the beginning. */
async function openChat(chat) {
  const response = await fetch(`/page/state?${where(chat)}`);
  const told = await response.json();
  speak(told.person.language_code);
  showAround(told);
  const name = nameOf(state.chat, state.bot);
  $("chat-title").textContent = name;
  face($("face"), toneOf(state.chat), name);
  $("invented").hidden = !state.isInvented;
  showStatus();
  showConversation(state, isMine, act);
  drawer(false);
  await perform("read", {});
}

/** Be somebody else: in the same chat where they are in it, else in their own. */
async function openPerson(id) {
  const isPlace = state.chat.type !== "private";
  state.person = { id };
  await openChat(isPlace ? state.chat.id : id);
}

async function listen() {
  for (;;) {
    try {
      const response = await fetch(`/page/events?after=${state.event}`);
      const news = await response.json();
      if (news.event < state.event) return void location.reload();
      const fresh = news.events.filter((event) => event.number > state.event);
      state.event = news.event;
      await take(fresh);
    } catch {
      $("status").textContent = say("connecting");
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

async function take(events) {
  const here = state.chat.id;
  for (const event of events) {
    if (event.chat === here) EVENTS[event.kind]?.(event.detail);
  }
  if (events.some((event) => event.kind !== "call")) {
    if (events.some((event) => event.kind === "message" && event.chat === here)) await perform("read", {});
    const response = await fetch(`/page/around?${where()}`);
    const around = await response.json();
    if (around.chat.id === state.chat.id && around.person.id === state.person.id) showAround(around);
    if (events.some((event) => event.kind === "member")) showStatus();
  }
  await showCalls();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (hideCommands() || drawer(false)) return;
  hideTraffic();
});

wireFrame();
await openChat();
wireTraffic(state.bot.id, toast);
wireClock(state, perform, ({ now, came }) => {
  setClock(now);
  if (came === false) toast(say("none-coming"));
});
$("text").focus();
listen();
