"use strict";
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* light and dark: the page follows the system until the button is pressed */
find("#theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  if (window.redraw) window.redraw();
});

/* copying */
all("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
  const text = find(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(find(button.dataset.copy));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 1500);
}));

/* the table: sorting and filtering */
const body = find("#table tbody");
const rows = all("tr", body);
all("#table thead button").forEach((button) => button.addEventListener("click", () => {
  const head = button.parentElement, column = [...head.parentElement.children].indexOf(head);
  const upward = head.getAttribute("aria-sort") !== "ascending";
  all("#table thead th").forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", upward ? "ascending" : "descending");
  const key = (row) => row.children[column].dataset.sort;
  const compare = (a, b) => (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
  rows.sort((a, b) => (upward ? 1 : -1) * compare(key(a), key(b))).forEach((row) => body.append(row));
}));
let wanted = "";
const filter = () => {
  const text = find("#search").value.trim().toLowerCase();
  rows.forEach((row) => {
    row.hidden = (wanted && row.dataset.decision !== wanted) || !row.dataset.name.toLowerCase().includes(text);
  });
};
find("#search").addEventListener("input", filter);
all("[data-filter]").forEach((button) => button.addEventListener("click", () => {
  wanted = button.dataset.filter;
  all("[data-filter]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
  filter();
}));

/* the recording */
const stored = find("#frames");
if (stored) {
  const film = JSON.parse(stored.textContent);
  const unpack = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const alive = unpack(film.alive), missing = film.missing ? unpack(film.missing) : null;
  const bit = (bytes, place) => (bytes[place >> 3] >> (7 - (place & 7))) & 1;
  const canvas = find("#canvas"), pen = canvas.getContext("2d"), slider = find("#slider"), button = find("#play");
  const picture = pen.createImageData(film.cols, film.rows);
  let now = 0, timer = null;
  const colour = (name) => getComputedStyle(find(`.swatch.${name}`)).backgroundColor.match(/[\d.]+/g).slice(0, 3).map(Number);
  const draw = () => {
    const tones = ["dead", "alive", "missing"].map(colour);
    const cells = film.rows * film.cols, start = now * cells;
    for (let cell = 0; cell < cells; cell += 1) {
      const state = missing && bit(missing, start + cell) ? 2 : bit(alive, start + cell);
      picture.data.set(tones[state], 4 * cell);
      picture.data[4 * cell + 3] = 255;
    }
    pen.putImageData(picture, 0, 0);
    slider.value = now;
    slider.setAttribute("aria-valuetext", `${film.times[now]}`);
    find("#now").textContent = `${now + 1} / ${film.frames}`;
    find("#generation").textContent = film.times[now];
  };
  const show = (frame) => { now = Math.min(Math.max(frame, 0), film.frames - 1); draw(); };
  const stop = () => { clearInterval(timer); timer = null; button.textContent = button.dataset.play; };
  const start = () => {
    timer = setInterval(() => show((now + 1) % film.frames), 1000 / Number(find("#speed").value));
    button.textContent = button.dataset.pause;
  };
  button.addEventListener("click", () => (timer ? stop() : start()));
  find("#speed").addEventListener("change", () => { if (timer) { stop(); start(); } });
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  find("#player").addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: film.frames - 1 };
    if (event.target.tagName === "SELECT") return;
    if (event.key === " " && event.target !== button) { event.preventDefault(); button.click(); }
    else if (event.key in moves) { event.preventDefault(); stop(); show(moves[event.key]); }
  });
  window.redraw = draw;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}
