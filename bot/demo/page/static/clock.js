// The demo's clock: shown as it runs, moved on by its buttons.

import { locale } from "/static/words.js";

const clock = document.getElementById("clock");
const face = document.getElementById("now");
const narrow = matchMedia("(max-width: 48rem)");
let ahead = 0; // milliseconds before the wall's clock

function draw() {
  const now = new Date(Date.now() + ahead);
  const shape = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  const more = narrow.matches ? {} : { weekday: "short", timeZoneName: "short" };
  face.textContent = now.toLocaleString(locale(), { ...shape, ...more });
  face.dateTime = now.toISOString();
}

/** Show an instant that the server has told. */
export function setClock(now) {
  ahead = Date.parse(now) - Date.now();
  draw();
}

/** Let the buttons move the clock; `moved` hears where it stands then. */
export function wireClock(state, perform, moved) {
  clock.hidden = !state.canAdvance;
  document.getElementById("to-next").hidden = !state.canSkip;
  for (const button of clock.querySelectorAll("button")) {
    const minutes = Number(button.dataset.minutes ?? 0);
    button.addEventListener("click", async () => {
      clock.ariaBusy = "true";
      try {
        moved(await (minutes ? perform("advance", { minutes }) : perform("next", {})));
      } finally {
        clock.ariaBusy = "false";
      }
    });
  }
  setInterval(draw, 1000);
}
