/* every player of the page: frames unpacked from bits, drawn a cell a pixel, scaled by whole numbers where they fit */
const unpack = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const bit = (bytes, place) => (bytes[place >> 3] >> (7 - (place & 7))) & 1;
/* dead, alive, not seen, then a tone for each age, the youngest first: blue that fades to what is dead */
const cellTones = (root, states) => {
  const toneOf = (name) => getComputedStyle(find(`.swatch.${name}`, root)).backgroundColor.match(/[\d.]+/g).slice(0, 3).map(Number);
  const [dead, alive, missing] = ["dead", "alive", "missing"].map(toneOf), young = states > 2 ? toneOf("ageing") : [];
  const ages = Array.from({ length: states - 2 }, (_, age) => young.map((part, k) => part + 0.8 * (dead[k] - part) * (age / Math.max(1, states - 3))));
  return [dead, alive, missing, ...ages];
};

const fit = (canvas, most = 0.7) => {
  const wide = canvas.parentElement.clientWidth, high = Math.max(320, innerHeight * most);
  const scale = Math.min(wide / canvas.width, high / canvas.height);
  canvas.style.width = `${canvas.width * (scale > 1 ? Math.floor(scale) : scale)}px`;
};

const play = (player) => {
  player.classList.add("plays");
  const part = (name) => find(`.${name}`, player);
  const film = JSON.parse(part("frames").textContent);
  const alive = unpack(film.alive), missing = film.missing ? unpack(film.missing) : null, ages = film.ages.map(unpack);
  const canvas = find("canvas", player), pen = canvas.getContext("2d"), slider = part("slider"), button = part("play");
  const picture = pen.createImageData(film.cols, film.rows);
  let now = 0, timer = null;
  const draw = () => {
    const tones = cellTones(player, film.states);
    const cells = film.rows * film.cols, start = now * cells;
    for (let cell = 0; cell < cells; cell += 1) {
      const age = ages.reduce((sum, digits, place) => sum + (bit(digits, start + cell) << place), 0);
      const tone = missing && bit(missing, start + cell) ? 2 : age ? age + 2 : bit(alive, start + cell);
      picture.data.set(tones[tone], 4 * cell);
      picture.data[4 * cell + 3] = 255;
    }
    pen.putImageData(picture, 0, 0);
    slider.value = now;
    slider.setAttribute("aria-valuetext", `${film.times[now]}`);
    part("now").textContent = `${now + 1} / ${film.frames}`;
    part("generation").textContent = film.times[now];
  };
  const show = (frame) => { now = Math.min(Math.max(frame, 0), film.frames - 1); draw(); };
  const stop = () => { clearInterval(timer); timer = null; button.textContent = button.dataset.play; };
  const start = () => {
    timer = setInterval(() => show((now + 1) % film.frames), 1000 / Number(part("speed").value));
    button.textContent = button.dataset.pause;
  };
  button.addEventListener("click", () => (timer ? stop() : start()));
  part("speed").addEventListener("change", () => { if (timer) { stop(); start(); } });
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  player.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: film.frames - 1 };
    if (event.target.tagName === "SELECT") return;
    if (event.key === " " && event.target !== button) { event.preventDefault(); button.click(); }
    else if (event.key in moves) { event.preventDefault(); stop(); show(moves[event.key]); }
  });
  document.addEventListener("themed", draw);
  new ResizeObserver(() => requestAnimationFrame(() => fit(canvas))).observe(player);  // also where a notebook lays the frame out later; after it, since it changes sizes
  draw();
};
all(".player").forEach(play);
