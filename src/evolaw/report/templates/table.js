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
let wanted = "", opened = false;
const filter = () => {
  const text = find("#search").value.trim().toLowerCase();
  find("#entries").classList.toggle("short", !opened && !wanted && !text);
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

find("#more").addEventListener("click", () => { opened = true; filter(); rows[0].scrollIntoView({ block: "nearest" }); });
filter();
reachable();
