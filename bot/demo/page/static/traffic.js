// The panel of raw Bot API calls: newest first, filtered, each with its answer, to be copied.

import { make } from "/static/text.js";
import { locale, say } from "/static/words.js";

const panel = document.getElementById("traffic");
const list = document.getElementById("calls");
const opener = document.getElementById("show-traffic");
const filter = document.getElementById("filter");
const direction = document.getElementById("direction");
let last = 0;
let bot = 0;
let tell = () => {};

/** Write a call as it went over the wire; the token's secret is never shown. */
function written(call) {
  const answer = call.code === 200 ? { ok: true, result: call.result } : { ok: false, description: call.description };
  const address = `POST /bot${bot}:••••••/${call.method}`;
  return [address, JSON.stringify(call.parameters, null, 2), `→ ${call.code}`, JSON.stringify(answer, null, 2)].join("\n");
}

/** Say in a few words what a call was about. */
function gist(call) {
  if (call.method === "getUpdates") {
    return (call.result ?? []).map((update) => Object.keys(update).find((name) => name !== "update_id")).join(", ");
  }
  const { text, rich_message: rich, commands, chat_id: chat } = call.parameters;
  return String(text ?? rich?.blocks?.[0]?.text ?? (commands ? "" : chat ?? "")).slice(0, 80);
}

function copier(call) {
  const node = make("button", "copy", say("copy"));
  node.type = "button";
  node.addEventListener("click", () =>
    navigator.clipboard.writeText(written(call)).then(() => tell(say("copied")), () => tell(say("not-copied"))));
  return node;
}

function item(call) {
  const isGood = call.code === 200;
  const time = new Date(call.at).toLocaleTimeString(locale());
  const head = make("span", "line", make("b", "", call.method), make("span", isGood ? "code" : "code failed", String(call.code)));
  const below = make("span", "line", make("span", "last", gist(call)), make("time", "", time));
  const details = make("details", "", make("summary", "", head, below));
  details.addEventListener("toggle", () => {
    if (details.open && !details.querySelector("pre")) details.append(copier(call), make("pre", "", written(call)));
  });
  const node = make("li", "", details);
  node.dataset.direction = call.method === "getUpdates" ? "heard" : "sent";
  node.dataset.words = `${call.method} ${JSON.stringify(call.parameters)} ${gist(call)}`.toLowerCase();
  return node;
}

function sift() {
  const words = filter.value.trim().toLowerCase();
  let shown = 0;
  for (const node of list.children) {
    const fits = !direction.value || node.dataset.direction === direction.value;
    node.hidden = !fits || !node.dataset.words.includes(words);
    shown += !node.hidden;
  }
  document.getElementById("no-calls").hidden = shown > 0;
}

/** Bring the panel up to date, if it is open. */
export async function showCalls() {
  if (panel.hidden) return;
  const after = last;
  const response = await fetch(`/page/calls?after=${after}`);
  const told = await response.json();
  if (after !== last) return; // another look came first
  last = told.last;
  for (const call of told.calls) list.prepend(item(call));
  sift();
}

/** Close the panel; say whether it was open. */
export function hideTraffic() {
  const wasOpen = !panel.hidden;
  panel.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (wasOpen) opener.focus();
  return wasOpen;
}

/** Begin: whose calls these are, and where notices go. */
export function wireTraffic(botId, notice) {
  bot = botId;
  tell = notice;
  opener.addEventListener("click", () => {
    if (hideTraffic()) return;
    panel.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    showCalls();
  });
  document.getElementById("close-traffic").addEventListener("click", hideTraffic);
  filter.addEventListener("input", sift);
  direction.addEventListener("change", sift);
}
