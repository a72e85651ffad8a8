// Which links stay inside the demo: the bot's own, and those to papers that do not exist.

const INVENTED = /^https?:\/\/(?:[\w-]+\.)?arxiv\.org\/[a-z]+\/\d{4}\.9\d{4}/i;

/** Say whether a link leads to a paper of the sample, which arXiv does not know. */
export function isInvented(url) {
  return INVENTED.test(url);
}

/** Read a deep link of the bot: what it starts, or where it wants to be added. */
export function deepLink(url, username) {
  const web = new RegExp(`^https?://(?:t|telegram)\\.me/${username}/?(\\?|$)`, "i");
  const own = new RegExp(`^tg://resolve/?\\?(.*&)?domain=${username}(&|$)`, "i");
  if (!web.test(url) && !own.test(url)) return null;
  const given = new URL(url).searchParams;
  if (given.has("startgroup")) return { kind: "group", payload: given.get("startgroup") };
  if (given.has("startchannel")) return { kind: "channel", payload: "" };
  return { start: given.get("start") ?? "" };
}
