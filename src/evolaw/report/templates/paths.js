/* processes and junctions: paths by the step of each scheme, and beside them what is known exactly */
class Normals {
  constructor(key) { this.key = key; this.count = 0; this.kept = null; }
  next() {
    if (this.kept !== null) { const kept = this.kept; this.kept = null; return kept; }
    const [a, b] = threefry(this.key, 0, this.count++);
    const size = Math.sqrt(-2 * Math.log((a + 0.5) / 2 ** 32)), angle = (2 * Math.PI * b) / 2 ** 32;
    this.kept = size * Math.sin(angle);
    return size * Math.cos(angle);
  }
}

const normal = (x, mean, variance) => Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
const sliders = (...rows) => Object.fromEntries(rows.map(([name, least, most, step, value]) => [name, { least, most, step, value }]));

/* dX = drift dt + noise dW. `mean`, `variance`: at time t from x0, null where no formula is known; `density`: at the last time, or for
   ever (`stationary`). */
const PROCESSES = {
  "ornstein-uhlenbeck": {
    writes: "dX = θ (m − X) dt + s dW",
    sliders: sliders(["rate", 0.1, 4, 0.1, 1], ["level", -2, 2, 0.1, 0], ["scale", 0.1, 2, 0.1, 0.5], ["start", -3, 3, 0.1, 2], ["time", 0.5, 10, 0.5, 4]),
    drift: (x, p) => p.rate * (p.level - x),
    noise: (x, p) => p.scale,
    mean: (t, p) => p.level + (p.start - p.level) * Math.exp(-p.rate * t),
    variance: (t, p) => (p.scale ** 2 * -Math.expm1(-2 * p.rate * t)) / (2 * p.rate),
    density: (p) => (x) => normal(x, PROCESSES["ornstein-uhlenbeck"].mean(p.time, p), PROCESSES["ornstein-uhlenbeck"].variance(p.time, p)),
  },
  "double-well": {
    writes: "dX = 4 ΔU/a² (1 − (X/a)²) X dt + √(2 D) dW",
    sliders: sliders(["barrier", 0.1, 2, 0.1, 0.5], ["width", 0.5, 2, 0.1, 1], ["temperature", 0.1, 1, 0.05, 0.25], ["start", -2, 2, 0.1, 1], ["time", 1, 40, 1, 20]),
    drift: (x, p) => ((4 * p.barrier) / p.width ** 2) * (1 - (x / p.width) ** 2) * x,
    noise: (x, p) => Math.sqrt(2 * p.temperature),
    mean: null,
    variance: null,
    stationary: true,
    density: (p) => {
      const weight = (x) => Math.exp((-p.barrier * ((x / p.width) ** 2 - 1) ** 2) / p.temperature);
      const reach = p.width * Math.sqrt(1 + Math.sqrt((40 * p.temperature) / p.barrier)), pieces = 4000;
      let whole = 0;
      for (let k = 0; k <= pieces; k += 1) whole += weight(-reach + (2 * reach * k) / pieces) * (2 * reach) / pieces;
      return (x) => weight(x) / whole;
    },
  },
  "geometric-brownian-motion": {
    writes: "dX = μ X dt + s X dW",
    sliders: sliders(["growth", -1, 1, 0.1, 0.3], ["volatility", 0.05, 1, 0.05, 0.4], ["start", 0.2, 3, 0.1, 1], ["time", 0.5, 3, 0.5, 1]),
    drift: (x, p) => p.growth * x,
    noise: (x, p) => p.volatility * x,
    mean: (t, p) => p.start * Math.exp(p.growth * t),
    variance: (t, p) => p.start ** 2 * Math.exp(2 * p.growth * t) * Math.expm1(p.volatility ** 2 * t),
    density: (p) => (x) => (x <= 0 ? 0 : normal(Math.log(x / p.start), (p.growth - p.volatility ** 2 / 2) * p.time, p.volatility ** 2 * p.time) / x),
  },
};

/* Euler–Maruyama; the states of all paths at evenly spaced times. */
function simulatePaths(process, p, paths, steps, key) {
  const dt = p.time / steps, root = Math.sqrt(dt), chance = new Normals(key), states = [new Float64Array(paths).fill(p.start)];
  for (let step = 0; step < steps; step += 1) {
    states.push(states[step].map((x) => x + process.drift(x, p) * dt + process.noise(x, p) * root * chance.next()));
  }
  const times = states.map((_, step) => step * dt);
  const means = states.map((row) => row.reduce((sum, x) => sum + x, 0) / paths);
  const deviations = states.map((row, k) => Math.sqrt(row.reduce((sum, x) => sum + (x - means[k]) ** 2, 0) / (paths - 1)));
  return { times, states, means, deviations };
}

/* V/(I_c R) of an overdamped junction in the noise D: i + Im[I_{1+iν}(z)/I_{iν}(z)], z = 1/D, ν = i/D, by the continued fraction of the
   ratio of Bessel functions. */
function meanVoltage(bias, noise) {
  if (!noise) return Math.sign(bias) * Math.sqrt(Math.max(0, bias * bias - 1));
  const z = 1 / noise, nu = bias / noise;
  let re = 0, im = 0;
  for (let k = Math.ceil(z + Math.abs(nu)) + 60; k > 0; k -= 1) {
    const a = 2 * k + z * re, b = 2 * nu + z * im, size = a * a + b * b;
    [re, im] = [(z * a) / size, (-z * b) / size];
  }
  return bias + im;
}

/* The same from paths: Heun's scheme for φ' = i − sin φ + √(2 D) ξ, the mean of φ' with its standard error. */
function simulateVoltage(bias, noise, key, paths = 48, time = 150) {
  const dt = 0.05, root = Math.sqrt(2 * noise * dt), chance = new Normals(key), settle = 400, steps = Math.round(time / dt);
  const found = Array.from({ length: paths }, () => {
    let phase = 0, from = 0;
    for (let step = 0; step < settle + steps; step += 1) {
      if (step === settle) from = phase;
      const kick = root * chance.next(), slope = bias - Math.sin(phase);
      phase += 0.5 * (slope + bias - Math.sin(phase + slope * dt + kick)) * dt + kick;
    }
    return (phase - from) / time;
  });
  const value = found.reduce((sum, v) => sum + v, 0) / paths;
  return { value, error: Math.sqrt(found.reduce((sum, v) => sum + (v - value) ** 2, 0) / (paths - 1) / paths) };
}
