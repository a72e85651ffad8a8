// What a rendered page does wrong: text without contrast, small or nameless buttons, overflow.

() => {
  const shows = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (node) => {
    for (let up = node; up; up = up.parentElement) {
      const colour = getComputedStyle(up).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (node) => {
    const pair = [luminance(getComputedStyle(node).color), luminance(ground(node))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  const name = (node) => `${node.tagName}.${node.className} ${(node.textContent || "").trim().slice(0, 40)}`;
  const found = [];

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let read = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shows(node) || node.closest(".unseen, .skip")) continue;
    read += 1;
    const ratio = contrast(node);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${name(node)}`);
  }

  for (const node of document.querySelectorAll("button, summary, select, input")) {
    if (!shows(node)) continue;
    const box = node.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) found.push(`small: ${name(node)}`);
    const label = node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.[0]?.textContent;
    if (!label) found.push(`nameless: ${name(node)}`);
  }

  for (const node of document.querySelectorAll(".top, .clock, .composer, .bubble, .keys, .hint")) {
    if (shows(node) && node.getBoundingClientRect().right > innerWidth) found.push(`overflows: ${name(node)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  return { found, read };
};
