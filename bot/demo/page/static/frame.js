// What lies around a conversation: notices, dialogs, the drawer, the colours, the hint.

import { make } from "/static/text.js";

const $ = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 48rem)");

/** Remember a choice on this machine, where the browser allows it. */
function remembered(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`papergram-${name}`) ?? "";
    localStorage.setItem(`papergram-${name}`, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
  return value ?? "";
}

let toastTimer = 0;
/** Show a passing notice. */
export function toast(text) {
  clearTimeout(toastTimer);
  $("toast").textContent = text;
  $("toast").hidden = false;
  toastTimer = setTimeout(() => ($("toast").hidden = true), 4000);
}

/** Show a notice that waits for its OK. */
export function alertBox(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}

/** Ask which of some things is meant; `choose` hears the answer. */
export function ask(things, choose) {
  const buttons = things.map(({ label, value }) => {
    const node = make("button", "", label);
    node.type = "button";
    node.addEventListener("click", () => {
      $("chooser").close();
      choose(value);
    });
    return node;
  });
  $("choices").replaceChildren(...buttons);
  $("chooser").showModal();
}

/** Open or close the drawer of a narrow screen; say whether it was open. */
export function drawer(isOpen) {
  const wasOpen = $("side").classList.contains("open");
  $("side").classList.toggle("open", isOpen);
  $("side").inert = narrow.matches && !isOpen;
  $("show-side").setAttribute("aria-expanded", String(isOpen));
  if (isOpen) $("close-side").focus();
  else if (wasOpen && narrow.matches) $("show-side").focus();
  return wasOpen;
}

function dress(theme) {
  document.documentElement.dataset.theme = theme;
  remembered("theme", theme);
}

/** Bring everything around the conversation to life. */
export function wireFrame() {
  $("show-side").addEventListener("click", () => drawer(true));
  $("close-side").addEventListener("click", () => drawer(false));
  narrow.addEventListener("change", () => drawer(false));
  document.querySelector(".talk").addEventListener("click", (event) => {
    if (!event.target.closest("#show-side")) drawer(false);
  });
  drawer(false);
  const theme = remembered("theme");
  dress(theme);
  for (const input of document.querySelectorAll("#theme input")) {
    input.checked = input.value === theme;
    input.addEventListener("change", () => dress(input.value));
  }
  $("hint").hidden = remembered("hint") === "closed";
  $("close-hint").addEventListener("click", () => {
    $("hint").hidden = true;
    remembered("hint", "closed");
    $("text").focus();
  });
}
