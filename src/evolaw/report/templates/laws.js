/* laws: from a rule's text to the probability that each neighbourhood state gives life, in every notation that evolaw reads */
const WINDOWS = 512, CENTRE = 16, MOST_RADIUS = 100, MOST_STATES = 255;
const MASKS = { moore: 511, vonneumann: 186, hexagonal: 443 };
const MAP_ORDERS = {
  86: [256, 128, 64, 32, 16, 8, 4, 2, 1], 22: [2, 1, 32, 16, 8, 256, 128], 6: [128, 32, 16, 8, 2],
};
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SUFFIXES = { V: ["vonneumann", 4], H: ["hexagonal", 6] };
const bitsOf = (number) => { let found = 0; for (let rest = number; rest; rest &= rest - 1) found += 1; return found; };

class Fault extends Error {
  constructor(name, facts = {}) { super(name); this.facts = facts; }
}

class Cursor {
  constructor(text) { this.text = text; this.place = 0; }
  get next() { return this.text[this.place] ?? ""; }
  sees(pattern) { return pattern.test(this.text.slice(this.place)); }
  accept(word) {
    const found = this.text.slice(this.place, this.place + word.length).toUpperCase() === word;
    if (found) this.place += word.length;
    return found;
  }
  take(letters) {
    const from = this.place;
    while (this.next && letters.includes(this.next)) this.place += 1;
    return this.text.slice(from, this.place);
  }
  whole(most) {
    const digits = this.take("0123456789");
    if (!digits || digits.length > 9 || Number(digits) > most) throw new Fault("fault_whole", { most });
    return Number(digits);
  }
  probability() {
    const found = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(this.text.slice(this.place));
    if (!found || !(Number(found[0]) <= 1)) throw new Fault("fault_probability");
    this.place += found[0].length;
    return Number(found[0]);
  }
}

/* Return {kind, radius, table, noise, states}: "window" with 512 numbers, "line" with 8, or a shape with [state, count];
   the table is of what is alive, and with more than two states a cell that dies ages first. */
function readLaw(text, facts) {
  const known = Object.entries(facts.known).find(([name]) => name.toLowerCase() === text.trim().toLowerCase());
  const cursor = new Cursor((known ? known[1] : text).trim());
  let law;
  cursor.states = 2;
  if (cursor.accept("MAP")) law = { kind: "window", radius: 1, table: readMap(cursor) };
  else if (cursor.sees(/^[Ww]\d/)) law = { kind: "line", radius: 1, table: readLine(cursor) };
  else if (cursor.sees(/^[Rr]\d/)) law = readLarger(cursor);
  else law = { kind: "window", radius: 1, table: readCounts(cursor, facts) };
  law.states = cursor.states;
  law.noise = cursor.accept("~") ? cursor.probability() : 0;
  if (law.noise && law.states > 2) throw new Fault("fault_states");
  if (cursor.next) throw new Fault("fault_rest", { rest: cursor.text.slice(cursor.place) });
  law.certain = !law.noise && law.table.every((chance) => chance === 0 || chance === 1);
  return law;
}

function readCounts(cursor, facts) {
  const body = cursor.text.split("~")[0].trimEnd(), last = body.slice(-1).toUpperCase(), suffix = last in SUFFIXES ? last : "";
  if (!cursor.sees(/^[BbSs\d/_]/)) throw new Fault("fault_notation");
  const [first, left] = lettered(cursor, suffix, facts);
  const divided = cursor.accept("/") || cursor.accept("_");
  if (!first && !divided) throw new Fault("fault_notation");
  if (cursor.sees(/^[BbSs]/) && cursor.next.toUpperCase() === first) throw new Fault("fault_twice", { what: first });
  const [second, right] = lettered(cursor, suffix, facts);
  const letter = first || { B: "S", S: "B", "": "S" }[second];
  const birth = letter === "B" ? left : right, survival = letter === "B" ? right : left;
  if (cursor.accept("/")) cursor.states = readStates(cursor);
  if (suffix) cursor.accept(suffix);
  const table = new Float64Array(WINDOWS);
  for (let window = 0; window < WINDOWS; window += 1) {
    const side = window & CENTRE ? survival : birth;
    const name = suffix ? `${bitsOf(window & MASKS[SUFFIXES[suffix][0]] & ~CENTRE)}` : facts.names[facts.arrangements[window]];
    table[window] = side.get(name) ?? 0;
  }
  return table;
}

function readStates(cursor) {
  if (!cursor.accept("C")) cursor.accept("G");
  const states = cursor.whole(MOST_STATES);
  if (states < 2) throw new Fault("fault_states");
  return states;
}

function lettered(cursor, suffix, facts) {
  const letter = cursor.sees(/^[BbSs]/) ? cursor.next.toUpperCase() : "";
  cursor.place += letter.length;
  const side = new Map(), plain = new Map();
  while (/\d/.test(cursor.next)) {
    const from = cursor.place, count = cursor.next;
    const named = group(cursor, suffix, facts);
    let chance = 1;
    const given = cursor.accept("=");
    if (given) chance = cursor.probability();
    else {
      const excludes = cursor.text[from + 1] === "-";
      if (plain.has(count) && (excludes || plain.get(count))) throw new Fault("fault_twice", { what: count });
      plain.set(count, excludes);
    }
    for (const name of named) {
      if (side.has(name) && side.get(name) !== chance) throw new Fault("fault_twice", { what: name });
      side.set(name, chance);
    }
    if (given && !cursor.accept(",")) break;
  }
  return [letter, side];
}

function group(cursor, suffix, facts) {
  const most = suffix ? SUFFIXES[suffix][1] : 8, count = Number(cursor.next);
  if (count > most) throw new Fault("fault_count", { most });
  cursor.place += 1;
  if (suffix) return [`${count}`];
  const letters = facts.letters[count];
  const excluded = cursor.accept("-");
  let named = "";
  while (/[a-z]/i.test(cursor.next) && !"bsvh".includes(cursor.next.toLowerCase())) {
    const letter = cursor.next.toLowerCase();
    if (!letters.includes(letter)) throw new Fault("fault_letter", { letter, count, letters: [...letters].join(" ") || "–" });
    named += letter;
    cursor.place += 1;
  }
  if (!letters) return [`${count}`];
  const kept = excluded ? [...letters].filter((letter) => !named.includes(letter)) : [...(named || letters)];
  return kept.map((letter) => `${count}${letter}`);
}

function readMap(cursor) {
  const digits = cursor.take(BASE64), order = MAP_ORDERS[digits.length];
  if (!order) throw new Fault("fault_map", { count: digits.length });
  cursor.accept("==");
  const bits = [...digits].flatMap((digit) => [5, 4, 3, 2, 1, 0].map((place) => (BASE64.indexOf(digit) >> place) & 1));
  const inner = withExceptions(cursor, Float64Array.from(bits.slice(0, 2 ** order.length)), order.length);
  return Float64Array.from({ length: WINDOWS }, (_, window) =>
    inner[order.reduce((number, cell) => (number << 1) | (window & cell ? 1 : 0), 0)]);
}

function readLine(cursor) {
  cursor.place += 1;
  const number = cursor.whole(255);
  return withExceptions(cursor, Float64Array.from({ length: 8 }, (_, window) => (number >> window) & 1), 3);
}

function withExceptions(cursor, table, width) {
  const seen = new Set();
  while (cursor.accept(",")) {
    const bits = cursor.take("01");
    if (bits.length !== width || !cursor.accept("=")) throw new Fault("fault_window", { width });
    if (seen.has(bits)) throw new Fault("fault_twice", { what: bits });
    seen.add(bits);
    table[parseInt(bits, 2)] = cursor.probability();
  }
  return table;
}

function halfWidths(shape, radius) {
  const rows = Array.from({ length: 2 * radius + 1 }, (_, row) => row - radius);
  if (shape === "moore") return rows.map(() => radius);
  if (shape === "vonneumann") return rows.map((y) => radius - Math.abs(y));
  return rows.map((y) => Math.floor(Math.sqrt(radius * radius + radius - y * y)));
}

function readLarger(cursor) {
  cursor.place += 1;
  const radius = cursor.whole(MOST_RADIUS), ranges = {}, seen = new Set();
  if (!radius) throw new Fault("fault_whole", { most: MOST_RADIUS });
  let middle = 0, shape = "moore";
  while (cursor.accept(",")) {
    const field = cursor.next.toUpperCase();
    if (!"CMSBN".includes(field) || !field || seen.has(field)) throw new Fault("fault_larger");
    seen.add(field);
    cursor.place += 1;
    if (field === "C") cursor.states = Math.max(2, cursor.whole(MOST_STATES));
    else if (field === "M") middle = cursor.whole(1);
    else if (field === "N") {
      shape = { M: "moore", N: "vonneumann", C: "circular" }[cursor.next.toUpperCase()];
      if (!shape) throw new Fault("fault_larger");
      cursor.place += 1;
    } else ranges[field] = readRanges(cursor);
  }
  if (!ranges.S || !ranges.B) throw new Fault("fault_larger");
  const neighbours = halfWidths(shape, radius).reduce((sum, width) => sum + 2 * width + 1, 0) - 1;
  const sides = ["B", "S"].map((field, state) => {
    const counted = middle * state, row = new Float64Array(neighbours + 1).fill(NaN);
    for (const [least, most, chance] of ranges[field]) {
      if (most > neighbours + counted) throw new Fault("fault_count", { most: neighbours + counted });
      for (let count = Math.max(0, least - counted); count < Math.max(0, most + 1 - counted); count += 1) {
        if (!Number.isNaN(row[count])) throw new Fault("fault_twice", { what: count });
        row[count] = chance;
      }
    }
    return row.map((chance) => (Number.isNaN(chance) ? 0 : chance));
  });
  if (radius > 1) return { kind: shape, radius, table: Float64Array.from([...sides[0], ...sides[1]]) };
  const mask = MASKS[shape === "vonneumann" ? "vonneumann" : "moore"];
  const table = Float64Array.from({ length: WINDOWS }, (_, window) => sides[window & CENTRE ? 1 : 0][bitsOf(window & mask & ~CENTRE)]);
  return { kind: "window", radius, table };
}

function readRanges(cursor) {
  const found = [];
  while (/\d/.test(cursor.next)) {
    const least = cursor.whole(1e6);
    const most = cursor.accept("..") || cursor.accept("-") ? cursor.whole(1e6) : least;
    if (most < least) throw new Fault("fault_larger");
    found.push([least, most, cursor.accept("=") ? cursor.probability() : 1]);
    if (!cursor.sees(/^,\d/)) break;
    cursor.place += 1;
  }
  return found;
}
