// The chat page: shows the conversation, says what is typed, presses what is clicked.

import { make, turn } from "/page/blocks.js";

const $ = (id) => document.getElementById(id);
const conversation = $("conversation");
const state = { event: 0, bot: {}, person: {}, commands: [], calls: 0 };

/** Do something as the person at the page and give the answer. */
async function perform(action, given) {
  const response = await fetch(`/page/do/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(given),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

let toastTimer = 0;
function toast(text) {
  clearTimeout(toastTimer);
  $("toast").textContent = text;
  $("toast").hidden = false;
  toastTimer = setTimeout(() => ($("toast").hidden = true), 3500);
}

function alertBox(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}

const act = {
  say: (text) => perform("say", { text }).catch((error) => toast(error.message)),

  /** Open a deep link of the bot inside the chat; leave every other link to the browser. */
  open(url) {
    const deep = new RegExp(`^https?://t\\.me/${state.bot.username}(\\?|$)`, "i");
    if (!deep.test(url)) return false;
    const payload = new URL(url).searchParams.get("start") ?? "";
    perform("open", { payload }).catch((error) => toast(error.message));
    return true;
  },

  async press(button, node) {
    if (button.url && !act.open(button.url)) window.open(button.url, "_blank", "noopener,noreferrer");
    if (button.copy_text) {
      await navigator.clipboard.writeText(button.copy_text.text);
      toast("Copied");
    }
    if (!button.callback_data) return;
    node.setAttribute("aria-busy", "true");
    const message = Number(node.closest(".turn").dataset.id);
    try {
      const answer = await perform("press", { message, data: button.callback_data });
      if (answer.text) (answer.alert ? alertBox : toast)(answer.text);
      if (answer.url) act.open(answer.url);
    } catch {
      toast("The bot did not answer.");
    } finally {
      node.removeAttribute("aria-busy");
    }
  },
};

function isMine(message) {
  return message.from?.id === state.person.id;
}

function showMessage(message) {
  const old = conversation.querySelector(`[data-id="${message.message_id}"]`);
  const node = turn(message, isMine(message), act);
  if (old) {
    keepOpen(old, node);
    old.replaceWith(node);
    return;
  }
  conversation.querySelector(".empty")?.remove();
  conversation.append(node);
  // A long message is read from its first line, so it is not scrolled to its last.
  node.scrollIntoView({ block: node.offsetHeight > conversation.clientHeight ? "start" : "end" });
}

/** Blocks that the reader has opened stay open when the message is edited. */
function keepOpen(old, node) {
  const before = old.querySelectorAll("details");
  node.querySelectorAll("details").forEach((one, place) => {
    if (before[place]) one.open = before[place].open;
  });
}

function showEmpty(about) {
  const start = make("button", "", "Start");
  start.type = "button";
  start.addEventListener("click", () => act.say("/start"));
  const words = about || "Digests of new arXiv papers on your own topics.";
  conversation.append(make("div", "empty", words, make("br"), start));
}

let typingTimer = 0;
function showTyping() {
  clearTimeout(typingTimer);
  $("status").textContent = "typing…";
  typingTimer = setTimeout(rest, 5000);
}

function rest() {
  clearTimeout(typingTimer);
  $("status").textContent = state.isBlocked ? "blocked" : "bot on this machine";
}

const EVENTS = {
  message: (message) => {
    if (!isMine(message)) rest();
    showMessage(message);
  },
  edit: showMessage,
  delete: (id) => conversation.querySelector(`[data-id="${id}"]`)?.remove(),
  action: showTyping,
  draft: showTyping,
};

async function load() {
  const language = encodeURIComponent(navigator.language || "en");
  const response = await fetch(`/page/state?language=${language}`);
  Object.assign(state, await response.json());
  $("bot-name").textContent = state.bot.first_name;
  $("clock").hidden = !state.canAdvance;
  showNow(state.now);
  rest();
  conversation.replaceChildren();
  for (const message of state.messages) showMessage(message);
  if (!state.messages.length) showEmpty(state.about);
}

function showNow(now) {
  $("now").textContent = new Date(now).toLocaleString();
  $("now").dateTime = now;
}

async function listen() {
  for (;;) {
    try {
      const response = await fetch(`/page/events?after=${state.event}`);
      const news = await response.json();
      if (news.event < state.event) return void location.reload();
      state.event = news.event;
      await take(news.events);
    } catch {
      $("status").textContent = "connecting…";
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

async function take(events) {
  for (const event of events) {
    if (event.chat === state.chat.id) EVENTS[event.kind]?.(event.detail);
  }
  if (events.some((event) => event.kind === "commands" || event.kind === "member")) {
    const response = await fetch("/page/state");
    const { commands, isBlocked } = await response.json();
    Object.assign(state, { commands, isBlocked });
  }
  if (!$("traffic").hidden) await showCalls();
}

/* The command menu. */

function showCommands(prefix) {
  const fitting = state.commands.filter((one) => one.command.startsWith(prefix));
  $("commands").replaceChildren(...fitting.map(commandItem));
  $("commands").hidden = !fitting.length;
  $("show-commands").setAttribute("aria-expanded", String(fitting.length > 0));
}

function hideCommands() {
  $("commands").hidden = true;
  $("show-commands").setAttribute("aria-expanded", "false");
}

function commandItem({ command, description }) {
  const node = make("button", "", make("b", "", `/${command}`), make("span", "", description));
  node.type = "button";
  node.setAttribute("role", "menuitem");
  node.addEventListener("click", () => {
    hideCommands();
    $("text").value = "";
    $("text").focus();
    act.say(`/${command}`);
  });
  return node;
}

$("show-commands").addEventListener("click", () => {
  if (!$("commands").hidden) return hideCommands();
  showCommands("");
  $("commands").querySelector("button")?.focus();
});

$("commands").addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step) {
    event.preventDefault();
    (document.activeElement[step] ?? $("text")).focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideCommands();
});

/* The composer. */

$("text").addEventListener("input", () => {
  const typed = $("text").value.match(/^\/(\w*)$/);
  if (typed) showCommands(typed[1]);
  else hideCommands();
});

$("text").addEventListener("keydown", (event) => {
  if (event.key === "ArrowUp" && !$("commands").hidden) {
    event.preventDefault();
    $("commands").lastElementChild?.focus();
  }
});

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  hideCommands();
  act.say(text);
});

/* The panel of raw traffic, and the clock. */

async function showCalls() {
  const response = await fetch(`/page/calls?after=${state.calls}`);
  const { calls } = await response.json();
  for (const call of calls) {
    if (call.method !== "getUpdates" || call.code !== 200) $("calls").prepend(callItem(call));
    state.calls = call.number;
  }
}

function callItem(call) {
  const code = make("span", call.code === 200 ? "code" : "code failed", String(call.code));
  const title = make("summary", "", call.method, code);
  const answer = call.code === 200 ? call.result : call.description;
  const body = `${JSON.stringify(call.parameters, null, 1)}\n→ ${JSON.stringify(answer, null, 1)}`;
  return make("li", "", make("details", "", title, make("pre", "", body)));
}

$("show-traffic").addEventListener("click", () => {
  $("traffic").hidden = !$("traffic").hidden;
  $("show-traffic").setAttribute("aria-expanded", String(!$("traffic").hidden));
  if (!$("traffic").hidden) showCalls();
});

for (const button of $("clock").querySelectorAll("button")) {
  button.addEventListener("click", async () => {
    const { now } = await perform("advance", { minutes: Number(button.dataset.minutes) });
    showNow(now);
  });
}

await load();
$("text").focus();
listen();
