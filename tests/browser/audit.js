/* What a page must hold for everybody: no sideways scrolling, text that can be read, controls that can be reached. */
(() => {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const parse = (text) => {
    const numbers = text.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return [numbers[0] * scale, numbers[1] * scale, numbers[2] * scale, numbers[3] ?? 1];
  };
  const over = (top, ground) => top.slice(0, 3).map((value, k) => value * top[3] + ground[k] * (1 - top[3]));
  const grounds = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      layers.push(parse(style.backgroundColor));
      if (style.backgroundImage !== "none") for (const [, colour] of style.backgroundImage.matchAll(/(rgba?\([^)]*\))/g)) layers.push(parse(colour));
      if (layers.at(-1)[3] === 1) break;
    }
    const solid = layers.findIndex((layer) => layer[3] === 1);
    const base = solid < 0 ? [255, 255, 255] : layers[solid].slice(0, 3);
    return layers.slice(0, solid < 0 ? layers.length : solid).reverse().reduce((ground, layer) => over(layer, ground), base);
  };
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const clipped = (element) => element.closest(".hidden") && !element.matches(":focus");
  const pale = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    if (!text || !seen(element) || clipped(element) || element.closest("svg, script, style, noscript, option")) continue;
    const style = getComputedStyle(element), ground = grounds(element), ink = parse(style.color);
    ink[3] *= Number(style.opacity);
    const [high, low] = [light(over(ink, ground)), light(ground)].sort((a, b) => b - a), ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) pale.push(`${text.slice(0, 40)} (${element.className || element.tagName}): ${ratio.toFixed(2)}`);
  }
  const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((element) => seen(element) && !element.disabled && element.tabIndex >= 0);
  controls.forEach((element, k) => { element.dataset.control = k; });
  const nameless = controls.filter((element) => {
    const label = element.labels?.[0]?.textContent ?? "";
    const name = element.getAttribute("aria-label") || element.title || element.textContent || label || element.placeholder;
    return !(name ?? "").trim();
  });
  const wide = [...document.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return seen(element) && !clipped(element) && box.right > innerWidth + 1 && !element.closest(".scroll, pre, figure.panel");
  });
  const describe = (element) => `${element.tagName}#${element.id}.${element.className?.baseVal ?? element.className}`;
  return {
    sideways: document.documentElement.scrollWidth - innerWidth,
    wide: wide.slice(0, 5).map(describe),
    pale: [...new Set(pale)],
    controls: controls.map(describe),
    nameless: nameless.map(describe),
    pictures: [...document.images].filter((image) => !image.hasAttribute("alt") || !image.complete || !image.naturalWidth).map(describe),
  };
})()
