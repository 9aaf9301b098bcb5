/* lattices: one step of a law on a board, and chance that is addressed as evolaw addresses it: the same seed, the same boards */
const TURNS = [[13, 15, 26, 6], [17, 29, 16, 24]];
function threefry(key, first, second) {
  const keys = [key[0], key[1], (key[0] ^ key[1] ^ 0x1bd11bda) >>> 0];
  let a = (first + keys[0]) >>> 0, b = (second + keys[1]) >>> 0;
  for (let round = 0; round < 5; round += 1) {
    for (const turn of TURNS[round % 2]) {
      a = (a + b) >>> 0;
      b = ((b << turn) | (b >>> (32 - turn))) ^ a;
    }
    a = (a + keys[(round + 1) % 3]) >>> 0;
    b = ((b >>> 0) + keys[(round + 2) % 3] + round + 1) >>> 0;
  }
  return [a, b];
}

const edgeOf = (boundary, size) => (place) => {
  if (place >= 0 && place < size) return place;
  if (boundary === "plane") return -1;
  if (boundary === "torus") return ((place % size) + size) % size;
  const turned = ((place % (2 * size)) + 2 * size) % (2 * size);
  return turned < size ? turned : 2 * size - 1 - turned;
};

function extend(cells, rows, cols, radius, boundary) {
  const wide = cols + 2 * radius, around = new Uint8Array((rows + 2 * radius) * wide);
  const rowOf = edgeOf(boundary, rows), colOf = edgeOf(boundary, cols);
  const columns = Array.from({ length: wide }, (_, x) => colOf(x - radius));
  for (let y = 0; y < rows + 2 * radius; y += 1) {
    const row = rowOf(y - radius);
    if (row < 0) continue;
    for (let x = 0; x < wide; x += 1) if (columns[x] >= 0) around[y * wide + x] = cells[row * cols + columns[x]];
  }
  return around;
}

/* The next states: what is alive by the table, what died one older; `key` and `time` address chance, and are unused by laws without any. */
function stepBoard(law, cells, rows, cols, boundary, key, time) {
  if (law.states === 2) return stepLiving(law, cells, rows, cols, boundary, key, time);
  const lit = stepLiving(law, cells.map((cell) => (cell === 1 ? 1 : 0)), rows, cols, boundary, key, time);
  return cells.map((cell, k) => (cell <= 1 && lit[k] ? 1 : cell && cell + 1 < law.states ? cell + 1 : 0));
}

function stepLiving(law, cells, rows, cols, boundary, key, time) {
  const places = law.kind === "line" ? lineWindows(cells, cols, boundary)
    : law.kind === "window" ? boardWindows(cells, rows, cols, boundary) : countPlaces(law, cells, rows, cols, boundary);
  const next = new Uint8Array(cells.length);
  if (law.certain) {
    for (let cell = 0; cell < next.length; cell += 1) next[cell] = law.table[places[cell]];
    return next;
  }
  const limits = law.table.map((chance) => Math.round(chance * 2 ** 32)), flips = Math.round(law.noise * 2 ** 32);
  for (let cell = 0; cell < next.length; cell += 1) {
    const [entry, flip] = threefry(key, time, cell);
    next[cell] = (entry < limits[places[cell]] ? 1 : 0) ^ (flip < flips ? 1 : 0);
  }
  return next;
}

function boardWindows(cells, rows, cols, boundary) {
  const around = extend(cells, rows, cols, 1, boundary), wide = cols + 2, windows = new Uint16Array(rows * cols);
  for (let y = 0; y < rows; y += 1) {
    const north = y * wide, centre = north + wide, south = centre + wide;
    let window = 0;
    for (let x = 0; x < cols + 2; x += 1) {
      window = ((window & 0b011011011) << 1) | (around[north + x] << 6) | (around[centre + x] << 3) | around[south + x];
      if (x > 1) windows[y * cols + x - 2] = window;
    }
  }
  return windows;
}

function lineWindows(cells, cols, boundary) {
  const edge = edgeOf(boundary, cols), at = (x) => (edge(x) < 0 ? 0 : cells[edge(x)]);
  return Uint16Array.from(cells, (cell, x) => 4 * at(x - 1) + 2 * cell + at(x + 1));
}

function countPlaces(law, cells, rows, cols, boundary) {
  const radius = law.radius, widths = halfWidths(law.kind, radius), states = law.table.length / 2;
  const around = extend(cells, rows, cols, radius, boundary), wide = cols + 2 * radius;
  const sums = new Int32Array((rows + 2 * radius) * (wide + 1));
  for (let y = 0; y < rows + 2 * radius; y += 1) {
    for (let x = 0; x < wide; x += 1) sums[y * (wide + 1) + x + 1] = sums[y * (wide + 1) + x] + around[y * wide + x];
  }
  const places = new Int32Array(rows * cols);
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < cols; x += 1) {
      const cell = cells[y * cols + x];
      let alive = -cell;
      widths.forEach((width, row) => {
        const line = (y + row) * (wide + 1) + x + radius;
        alive += sums[line + width + 1] - sums[line - width];
      });
      places[y * cols + x] = cell * states + alive;
    }
  }
  return places;
}

/* A random start: the same cells as `evolaw simulate --seed --density`. */
function soup(key, cells, density) {
  const limit = Math.round(density * 2 ** 32);
  return Uint8Array.from({ length: cells }, (_, cell) => (threefry(key, 0, cell)[0] < limit ? 1 : 0));
}

/* The letters of more than two states: . for 0, A … X for 1 to 24, pA … yO for 25 to 255. */
const letterOf = (state) => (state ? (state > 24 ? "opqrstuvwxy"[Math.floor((state - 1) / 24)] : "") + String.fromCharCode(65 + ((state - 1) % 24)) : ".");
const stateOf = (letters) => (".b".includes(letters) ? 0 : letters === "o" ? 1 : letters.charCodeAt(letters.length - 1) - 64 + (letters.length > 1 ? 24 * (letters.charCodeAt(0) - 111) : 0));

/* RLE text, as Golly and evolaw write it: {rows, cols, cells, rule, boundary, states}, the last the largest state and one more. */
function readRle(text, most) {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith("#"));
  const head = /^\s*x\s*=\s*(\d+)\s*,\s*y\s*=\s*(\d+)\s*(?:,\s*rule\s*=\s*([^:\s]*)(?::([TP])(\d+)?(?:,(\d+))?)?\s*)?$/i.exec(lines[0] ?? "");
  if (!head) throw new Fault("fault_rle_head");
  const [width, height] = [Number(head[1]), Number(head[2])];
  const sides = head[5] ? [Number(head[6] ?? head[5]), Number(head[5])] : [height, width];
  const [rows, cols] = [Math.max(sides[0], height), Math.max(sides[1], width)];
  if (!(rows * cols > 0 && rows * cols <= most)) throw new Fault("fault_rle_size", { most });
  const cells = new Uint8Array(rows * cols);
  let row = 0, col = 0, states = 2, ended = false;
  for (const [, digits, letter] of lines.slice(1).join("").replace(/\s/g, "").matchAll(/(\d*)([p-y][A-X]|.)/g)) {
    const run = digits ? Number(digits) : 1;
    if (letter === "!") { ended = true; break; }
    if (letter === "$") { row += run; col = 0; continue; }
    if (!/^([p-y]?[A-X]|[b.o])$/.test(letter)) throw new Fault("fault_rle_letter", { letter });
    if (col + run > cols || row >= rows) throw new Fault("fault_rle_wide");
    const state = stateOf(letter);
    states = Math.max(states, state + 1);
    cells.fill(state, row * cols + col, row * cols + col + run);
    col += run;
  }
  if (!ended) throw new Fault("fault_rle_end");
  return { rows, cols, cells, states, rule: head[3] || "", boundary: head[4] ? { T: "torus", P: "plane" }[head[4].toUpperCase()] : "" };
}

function writeRle(cells, rows, cols, rule, boundary, states) {
  const suffix = { torus: `:T${cols},${rows}`, plane: `:P${cols},${rows}` }[boundary] ?? "";
  let text = "", waiting = 0;
  const say = (run, letter) => (run > 1 ? run : "") + (run ? letter : "");
  for (let row = 0; row < rows; row += 1) {
    let line = "", run = 0;
    for (let col = 0; col < cols; col += 1) {
      run += 1;
      const cell = cells[row * cols + col];
      if (col + 1 === cols || cells[row * cols + col + 1] !== cell) {
        if (cell || col + 1 < cols) line += say(run, states > 2 ? letterOf(cell) : "bo"[cell]);
        run = 0;
      }
    }
    if (line) { text += say(waiting, "$") + line; waiting = 0; }
    waiting += 1;
  }
  return `x = ${cols}, y = ${rows}, rule = ${rule}${suffix}\n${(text + "!").replace(/.{1,70}/g, "$&\n")}`;
}
