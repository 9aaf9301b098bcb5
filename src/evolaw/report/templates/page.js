/* light and dark: the page follows the system until the button is pressed */
find("#theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.dispatchEvent(new Event("themed"));
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

/* a place that scrolls sideways can be reached and moved by the keyboard */
const reachable = () => all(".scroll, pre, figure.panel").forEach((place) => {
  const moves = place.scrollWidth > place.clientWidth || place.scrollHeight > place.clientHeight;
  if (moves) place.tabIndex = 0; else place.removeAttribute("tabindex");
});
addEventListener("resize", reachable);
reachable();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("themed")));
