/* the explorer: a board to draw on, a process and a junction whose parameters are moved */
const given = JSON.parse(find("#given").textContent), texts = given.texts, facts = given.laws;
const say = (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const said = (fault) => (fault instanceof Fault ? say(fault.message, fault.facts) : String(fault));
const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const ink = (name) => { const probe = find("#probe"); probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
const number = (value) => (Math.abs(value) >= 1e-3 || !value ? value.toFixed(4) : value.toExponential(2));

/* --- charts ------------------------------------------------------------------------------------------------------------ */
const nice = (least, most, count) => {
  const rough = (most - least) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((size) => size >= rough);
  const marks = [];
  for (let mark = Math.ceil(least / step) * step; mark <= most + 1e-9 * step; mark += step) marks.push(Math.abs(mark) < step / 1e6 ? 0 : mark);
  return marks.map((mark) => [mark, `${+mark.toPrecision(6)}`.replace("-", "−")]);
};

function chart(canvas, { x, y, across, up, draw }) {
  const wide = canvas.clientWidth || 300, high = canvas.clientHeight || 200, dots = devicePixelRatio || 1;
  canvas.width = wide * dots;
  canvas.height = high * dots;
  const pen = canvas.getContext("2d");
  pen.scale(dots, dots);
  pen.font = `12px ${tone("--sans")}`;
  const box = { left: 46, right: wide - 10, top: 22, bottom: high - 36 };
  const place = (a, b) => [
    box.left + ((a - x[0]) / (x[1] - x[0])) * (box.right - box.left),
    box.bottom - ((b - y[0]) / (y[1] - y[0])) * (box.bottom - box.top),
  ];
  pen.fillStyle = ink("--soft");
  pen.strokeStyle = ink("--line");
  pen.textAlign = "center";
  for (const [mark, name] of nice(...x, wide < 360 ? 4 : 6)) {
    const [a] = place(mark, 0);
    pen.beginPath(); pen.moveTo(a, box.top); pen.lineTo(a, box.bottom); pen.stroke();
    pen.fillText(name, a, box.bottom + 15);
  }
  pen.textAlign = "right";
  for (const [mark, name] of nice(...y, 4)) {
    const [, b] = place(0, mark);
    pen.beginPath(); pen.moveTo(box.left, b); pen.lineTo(box.right, b); pen.stroke();
    pen.fillText(name, box.left - 6, b + 4);
  }
  pen.textAlign = "center";
  pen.fillText(across, (box.left + box.right) / 2, high - 6);
  pen.textAlign = "left";
  pen.fillText(up, 4, 13);
  pen.save();
  pen.beginPath();
  pen.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  pen.clip();
  draw(pen, place);
  pen.restore();
}

const line = (pen, place, xs, ys, colour, width = 1.5, dash = []) => {
  pen.beginPath();
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  xs.forEach((a, k) => pen[k ? "lineTo" : "moveTo"](...place(a, ys[k])));
  pen.stroke();
  pen.setLineDash([]);
};
const seedOf = (field) => Math.min(given.keys.update.length - 1, Math.max(0, Math.round(Number(field.value)) || 0));

/* --- the board --------------------------------------------------------------------------------------------------------- */
const board = { rows: 64, cols: 64, cells: new Uint8Array(64 * 64), law: null, time: 0, row: 0, shares: [], timer: null, at: [32, 32] };
const MOST_CELLS = 512 * 512;
const canvas = find("#cells");

const isLine = () => board.law && board.law.kind === "line";
const useLaw = (text) => {
  try {
    const law = readLaw(text, facts);
    const turned = isLine() !== (law.kind === "line");
    board.law = law;
    board.cells.forEach((cell, k) => { if (cell >= law.states) board.cells[k] = 0; });
    find("#bench .ageing").parentElement.hidden = law.states === 2;
    find("#law").removeAttribute("aria-invalid");
    find("#law-says").textContent = [
      say(law.certain ? "law_certain" : "law_chance", { kind: texts[`kind_${law.kind}`], radius: law.radius }),
      law.states > 2 ? say("law_states", { states: law.states }) : "",
    ].join("");
    if (turned) restart();
    else paint();
    return true;
  } catch (fault) {
    stopBoard();
    find("#law").setAttribute("aria-invalid", "true");
    find("#law-says").textContent = said(fault);
    return false;
  }
};

function paint() {
  const tones = cellTones(find("#bench"), board.law ? board.law.states : 2);
  if (canvas.width !== board.cols || canvas.height !== board.rows) { canvas.width = board.cols; canvas.height = board.rows; fit(canvas, 0.62); }
  const pen = canvas.getContext("2d"), picture = pen.createImageData(board.cols, board.rows);
  board.cells.forEach((cell, k) => { picture.data.set(tones[cell > 1 ? cell + 1 : cell], 4 * k); picture.data[4 * k + 3] = 255; });
  if (document.activeElement === canvas) {
    const k = board.at[0] * board.cols + board.at[1];
    picture.data.set(tones[2], 4 * k);
  }
  pen.putImageData(picture, 0, 0);
  const alive = (isLine() ? lineCells() : board.cells).reduce((sum, cell) => sum + (cell === 1 ? 1 : 0), 0);
  const share = alive / (isLine() ? board.cols : board.cells.length);
  find("#generation").textContent = board.time;
  find("#alive").textContent = alive;
  find("#share").textContent = share.toFixed(4);
  return share;
}

const lineCells = () => board.cells.slice(board.row * board.cols, (board.row + 1) * board.cols);
const track = (share) => { board.shares.push([board.time, share]); if (board.shares.length > 400) board.shares.shift(); drawShares(); };

function drawShares() {
  const times = board.shares.map(([time]) => time), shares = board.shares.map(([, share]) => share);
  const first = times[0] ?? 0, last = Math.max(times.at(-1) ?? 0, first + 20);
  chart(find("#shares"), {
    x: [first, last], y: [0, Math.max(0.1, ...shares) * 1.1], across: texts.generation, up: texts.density,
    draw: (pen, place) => line(pen, place, times.length > 1 ? times : [first - 0.1, first + 0.2], times.length > 1 ? shares : [shares[0], shares[0]], ink("--accent"), 2),
  });
}

function restart(cells = new Uint8Array(board.rows * board.cols)) {
  Object.assign(board, { cells, time: 0, row: 0, shares: [] });
  track(paint());
}

function advance() {
  if (!board.law) return;
  const seed = seedOf(find("#seed")), key = given.keys.update[seed], boundary = find("#boundary").value;
  if (isLine()) {
    const next = stepBoard(board.law, lineCells(), 1, board.cols, boundary, key, board.time);
    if (board.row + 1 < board.rows) board.row += 1;
    else board.cells.copyWithin(0, board.cols);
    board.cells.set(next, board.row * board.cols);
  } else board.cells = stepBoard(board.law, board.cells, board.rows, board.cols, boundary, key, board.time);
  board.time += 1;
  track(paint());
}

const stopBoard = () => { clearInterval(board.timer); board.timer = null; find("#run").textContent = texts.play; };
const startBoard = () => {
  stopBoard();
  board.timer = setInterval(advance, 1000 / Number(find("#speed").value));
  find("#run").textContent = texts.pause;
};
const fill = () => {
  const key = given.keys.start[seedOf(find("#seed"))], density = Number(find("#density").value);
  const count = isLine() ? board.cols : board.rows * board.cols, cells = new Uint8Array(board.rows * board.cols);
  cells.set(soup(key, count, density));
  restart(cells);
};
const tellSize = () => {
  const field = find("#size"), square = board.rows === board.cols && [...field.options].find((option) => option.value === `${board.rows}`);
  all(".own", field).forEach((option) => option.remove());
  if (square) { field.value = square.value; return; }
  const own = new Option(`${board.rows} × ${board.cols}`, "", true, true);
  own.className = "own";
  field.prepend(own);
};
const resize = (rows, cols) => { board.rows = rows; board.cols = cols; board.at = [rows >> 1, cols >> 1]; restart(); fit(canvas, 0.62); };

let brush = null;
const cellAt = (event) => {
  const box = canvas.getBoundingClientRect();
  const row = Math.floor(((event.clientY - box.top) / box.height) * board.rows), col = Math.floor(((event.clientX - box.left) / box.width) * board.cols);
  return row >= 0 && row < board.rows && col >= 0 && col < board.cols && (!isLine() || row === board.row) ? row * board.cols + col : -1;
};
const set = (cell, state) => { if (cell >= 0) { board.cells[cell] = state; paint(); } };
canvas.addEventListener("pointerdown", (event) => {
  const cell = cellAt(event);
  if (cell < 0) return;
  canvas.setPointerCapture(event.pointerId);
  brush = board.cells[cell] ? 0 : 1;
  set(cell, brush);
});
canvas.addEventListener("pointermove", (event) => { if (brush !== null) set(cellAt(event), brush); });
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { brush = null; });
canvas.addEventListener("keydown", (event) => {
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (moves) {
    board.at = [(board.at[0] + moves[0] + board.rows) % board.rows, (board.at[1] + moves[1] + board.cols) % board.cols];
    if (isLine()) board.at[0] = board.row;
    paint();
  } else if (event.key === " " || event.key === "Enter") {
    const cell = board.at[0] * board.cols + board.at[1];
    if (!isLine() || board.at[0] === board.row) set(cell, board.cells[cell] ? 0 : 1);
  } else return;
  event.preventDefault();
});
for (const change of ["focus", "blur"]) canvas.addEventListener(change, paint);

find("#law").addEventListener("input", () => useLaw(find("#law").value));
find("#known").addEventListener("change", (event) => { find("#law").value = event.target.value; useLaw(event.target.value); });
find("#run").addEventListener("click", () => (board.timer ? stopBoard() : startBoard()));
find("#step").addEventListener("click", () => { stopBoard(); advance(); });
find("#clear").addEventListener("click", () => { stopBoard(); restart(); });
find("#fill").addEventListener("click", fill);
find("#speed").addEventListener("input", () => { if (board.timer) startBoard(); });
find("#size").addEventListener("change", (event) => {
  const side = Number(event.target.value);
  if (side) { resize(side, side); tellSize(); fill(); }
});
find("#load").addEventListener("click", () => loadRle(find("#rle").value));
find("#write").addEventListener("click", () => {
  find("#rle").value = isLine() ? "" : writeRle(board.cells, board.rows, board.cols, find("#law").value.trim(), find("#boundary").value, board.law ? board.law.states : 2);
  find("#rle-says").textContent = isLine() ? texts.no_rle : texts.written;
});
function loadRle(text) {
  try {
    const read = readRle(text, MOST_CELLS);
    stopBoard();
    if (read.rule && useLaw(read.rule)) find("#law").value = read.rule;
    if (read.states > (board.law ? board.law.states : 2)) throw new Fault("fault_rle_states", { states: read.states });
    if (read.boundary) find("#boundary").value = read.boundary;
    board.rows = read.rows;
    board.cols = read.cols;
    board.at = [read.rows >> 1, read.cols >> 1];
    restart(read.cells);
    tellSize();
    find("#rle-says").textContent = say("loaded", { rows: read.rows, cols: read.cols });
  } catch (fault) { find("#rle-says").textContent = said(fault); }
}

/* --- sliders of a process and of a junction ----------------------------------------------------------------------------- */
function controls(root, table, changed) {
  root.replaceChildren(...Object.entries(table).map(([name, { least, most, step, value }]) => {
    const label = document.createElement("label"), field = document.createElement("input"), shown = document.createElement("b");
    Object.assign(field, { type: "range", min: least, max: most, step, value, name });
    const tell = () => { shown.textContent = field.value; };
    field.addEventListener("input", () => { tell(); changed(); });
    tell();
    label.append(`${texts[`slider_${name}`]} `, shown, field);
    return label;
  }));
}
const read = (root) => Object.fromEntries(all("input", root).map((field) => [field.name, Number(field.value)]));

const PATHS = 400, STEPS = 300;
function drawProcess() {
  const process = PROCESSES[find("#process").value], p = read(find("#process-sliders"));
  const found = simulatePaths(process, p, PATHS, STEPS, given.keys.noise[seedOf(find("#process-seed"))]);
  const { times, states, means, deviations } = found, last = states.at(-1);
  const exact = process.mean ? times.map((t) => [process.mean(t, p), Math.sqrt(process.variance(t, p))]) : null;
  const reach = times.flatMap((_, k) => [means[k] - 3.2 * deviations[k], means[k] + 3.2 * deviations[k]]);
  const y = [Math.min(...reach, p.start - 0.2), Math.max(...reach, p.start + 0.2)];
  chart(find("#process-paths"), {
    x: [0, p.time], y, across: texts.time, up: "X",
    draw: (pen, place) => {
      pen.globalAlpha = 0.35;
      for (let path = 0; path < 12; path += 1) line(pen, place, times, states.map((row) => row[path]), ink("--soft"), 0.8);
      pen.globalAlpha = 1;
      const sides = [-1, 0, 1];
      for (const side of sides) line(pen, place, times, means.map((m, k) => m + side * deviations[k]), ink("--accent"), side ? 1.4 : 2.4);
      if (exact) for (const side of sides) line(pen, place, times, exact.map(([m, s]) => m + side * s), ink("--bad"), side ? 1.4 : 2, [6, 5]);
    },
  });
  const bins = 32, width = (y[1] - y[0]) / bins, counts = new Array(bins).fill(0);
  last.forEach((x) => { const bin = Math.floor((x - y[0]) / width); if (bin >= 0 && bin < bins) counts[bin] += 1 / (PATHS * width); });
  const density = process.density(p), places = Array.from({ length: 241 }, (_, k) => y[0] + ((y[1] - y[0]) * k) / 240), heights = places.map(density);
  chart(find("#process-density"), {
    x: y, y: [0, 1.12 * Math.max(...counts, ...heights)], across: process.stationary ? texts.x_stationary : texts.x_last, up: texts.probability_density,
    draw: (pen, place) => {
      pen.fillStyle = ink("--accent");
      pen.globalAlpha = 0.45;
      counts.forEach((height, bin) => { const [a, top] = place(y[0] + bin * width, height), [b, foot] = place(y[0] + (bin + 1) * width, 0); pen.fillRect(a, top, b - a - 1, foot - top); });
      pen.globalAlpha = 1;
      line(pen, place, places, heights, ink("--bad"), 2, [6, 5]);
    },
  });
  find("#process-writes").textContent = process.writes;
  const error = deviations.at(-1) / Math.sqrt(PATHS);
  find("#process-says").textContent = say(exact ? "process_exact" : "process_only", {
    mean: number(means.at(-1)), error: number(error), exact: exact ? number(exact.at(-1)[0]) : "",
  });
}
const chooseProcess = () => { controls(find("#process-sliders"), PROCESSES[find("#process").value].sliders, drawProcess); drawProcess(); };
find("#process").addEventListener("change", chooseProcess);
find("#process-seed").addEventListener("input", drawProcess);

const CURRENTS = Array.from({ length: 13 }, (_, k) => 0.15 * k);
let measured = { noise: null, points: [] };
function drawJunction() {
  const { bias, noise } = read(find("#junction-sliders")), seed = seedOf(find("#junction-seed")), keys = given.keys.noise;
  if (measured.noise !== noise || measured.seed !== seed) {
    measured = { noise, seed, points: CURRENTS.map((i, k) => simulateVoltage(i, noise, keys[(seed + k + 1) % keys.length])) };
  }
  const here = simulateVoltage(bias, noise, keys[seed]), exact = meanVoltage(bias, noise);
  const currents = Array.from({ length: 121 }, (_, k) => (1.8 * k) / 120);
  chart(find("#junction-curve"), {
    x: [0, 1.85], y: [0, 1.6], across: "i = I/I_c", up: "v = V/(I_c R)",
    draw: (pen, place) => {
      line(pen, place, currents, currents.map((i) => meanVoltage(i, 0)), ink("--soft"), 1.2, [2, 4]);
      line(pen, place, currents, currents.map((i) => meanVoltage(i, noise)), ink("--bad"), 2, [6, 5]);
      const dot = (i, { value, error }, size) => {
        const [a, b] = place(i, value), [, low] = place(i, value - 2 * error), [, high] = place(i, value + 2 * error);
        pen.strokeStyle = pen.fillStyle = ink("--accent");
        pen.lineWidth = 1.5;
        pen.beginPath(); pen.moveTo(a, low); pen.lineTo(a, high); pen.stroke();
        pen.beginPath(); pen.arc(a, b, size, 0, 2 * Math.PI); pen.fill();
      };
      measured.points.forEach((point, k) => dot(CURRENTS[k], point, 3));
      dot(bias, here, 6);
    },
  });
  find("#junction-says").textContent = say("junction_says", { bias, value: number(here.value), error: number(here.error), exact: number(exact) });
}
controls(find("#junction-sliders"), sliders(["bias", 0, 1.8, 0.02, 0.9], ["noise", 0.02, 1, 0.02, 0.2]), drawJunction);
find("#junction-seed").addEventListener("input", drawJunction);

/* --- all at once --------------------------------------------------------------------------------------------------------- */
const redraw = () => { paint(); drawShares(); drawProcess(); drawJunction(); };
document.addEventListener("themed", redraw);
addEventListener("resize", () => { fit(canvas, 0.62); redraw(); });
useLaw(find("#law").value);
if (given.rle) loadRle(given.rle); else fill();
fit(canvas, 0.62);
chooseProcess();
drawJunction();
