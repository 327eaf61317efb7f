// The drawing pad, in a notebook (anywidget calls render) and on the service's page.

const SIDE = 140; // pixels of the drawing; the page shows it larger
const PEN = 13;
const STEP = 5; // of an arrow key
const ARROWS = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};
const BLUE = [31, 95, 168];
const ORANGE = [217, 115, 13];
const HELP =
  "Draw with a mouse, a finger or a pen. On the keyboard the arrows move, " +
  "the space bar puts the pen down and lifts it, Delete clears.";

function add(parent, tag, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  parent.append(made);
  return made;
}

// Builds the pad inside el. Whenever the drawing has changed and no answer is awaited,
// read(canvas, blank) is asked for { probabilities, maps, shape }; it may throw a reason.
export function pad(el, read) {
  const root = add(el, "div", { className: "minidl-pad" });
  const left = add(root, "div");
  const paper = add(left, "div", { className: "minidl-paper" });
  const canvas = add(paper, "canvas", { width: SIDE, height: SIDE, tabIndex: 0 });
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `Drawing pad. ${HELP}`);
  const cursor = add(paper, "div", { className: "minidl-cursor" });
  const clearing = add(left, "button", { type: "button", textContent: "Clear" });
  const said = add(left, "output");
  add(left, "p", { textContent: HELP });
  const bars = add(root, "ol", { start: 0 });
  const rows = Array.from({ length: 10 }, (_, digit) => bar(bars, digit));
  const maps = add(root, "div", { className: "minidl-maps" });

  const ink = canvas.getContext("2d", { willReadFrequently: true });
  let [x, y] = [SIDE / 2, SIDE / 2];
  let down = false;
  let blank, changed, reading;

  function move(toX, toY) {
    const inside = (value) => Math.min(Math.max(value, 0), SIDE);
    [toX, toY] = [inside(toX), inside(toY)];
    if (down) {
      ink.beginPath();
      ink.moveTo(x, y);
      ink.lineTo(toX + 0.01, toY); // a line of no length would not be drawn
      ink.stroke();
      blank = false;
      update();
    }
    [x, y] = [toX, toY];
    cursor.style.left = `${(100 * x) / SIDE}%`;
    cursor.style.top = `${(100 * y) / SIDE}%`;
  }

  function put(isDown) {
    down = isDown;
    cursor.classList.toggle("minidl-down", down);
    move(x, y);
  }

  function clear() {
    put(false);
    ink.fillStyle = "#000";
    ink.fillRect(0, 0, SIDE, SIDE);
    Object.assign(ink, { strokeStyle: "#fff", lineCap: "round", lineWidth: PEN });
    blank = true;
    show({});
    update();
  }

  async function update() {
    changed = true;
    if (reading) return;
    reading = true;
    root.ariaBusy = "true";
    while (changed) {
      changed = false;
      try {
        const answer = await read(canvas, blank);
        show(blank ? {} : answer);
      } catch (error) {
        show({});
        said.value = error.message;
      }
    }
    reading = false;
    root.ariaBusy = "false";
  }

  function show({ probabilities, maps: values, shape }) {
    const likely = probabilities ?? Array(10).fill(0);
    const best = likely.indexOf(Math.max(...likely));
    likely.forEach((value, digit) => rows[digit](value, probabilities && digit === best));
    said.value = probabilities ? `${best}, ${percent(likely[best])}` : "";
    maps.replaceChildren();
    if (values) paint(maps, values, shape);
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const scale = SIDE / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    put(false);
    move(...place(event));
    put(true);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const passed = event.getCoalescedEvents();
    for (const each of passed.length ? passed : [event]) move(...place(each));
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, () => put(false));
  canvas.addEventListener("keydown", (event) => {
    if (event.key in ARROWS) {
      const [dx, dy] = ARROWS[event.key];
      move(x + dx, y + dy);
    } else if (event.key === " ") put(!down);
    else if (event.key === "Delete") clear();
    else return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has other uses for these keys
  });
  canvas.addEventListener("blur", () => put(false));
  clearing.addEventListener("click", clear);
  clear();
}

function percent(value) {
  return `${Math.round(100 * value)} %`;
}

function bar(bars, digit) {
  const item = add(bars, "li");
  add(item, "b", { textContent: digit });
  const filled = add(add(item, "span"), "i");
  const text = add(item, "data");
  return (value, best) => {
    item.classList.toggle("minidl-best", Boolean(best));
    filled.style.width = `${100 * value}%`;
    text.value = value;
    text.textContent = percent(value);
  };
}

// Each map as a small picture: blue above zero, orange below.
function paint(parent, values, [count, height, width]) {
  const signed = new Int8Array(values.buffer, values.byteOffset, values.byteLength);
  const size = height * width;
  for (let map = 0; map < count; map++) {
    const canvas = add(parent, "canvas", { width, height });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `feature map ${map + 1} of ${count}`);
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    signed.subarray(map * size, (map + 1) * size).forEach((value, pixel) => {
      const part = Math.abs(value) / 127;
      const color = (value < 0 ? ORANGE : BLUE).map((c) => 255 + part * (c - 255));
      image.data.set([...color, 255], 4 * pixel);
    });
    context.putImageData(image, 0, 0);
  }
}

// The brightness of each pixel, row by row.
function brightness(canvas) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, SIDE, SIDE);
  return data.filter((_, index) => index % 4 === 0);
}

function same(ink, { buffer, byteOffset, byteLength }) {
  const known = new Uint8Array(buffer, byteOffset, byteLength);
  return known.length === ink.length && known.every((value, i) => value === ink[i]);
}

// In a notebook the kernel reads: the trait ink goes there, the trait answer comes back.
function render({ model, el }) {
  pad(el, (canvas) => {
    const ink = brightness(canvas);
    if (same(ink, model.get("ink"))) return model.get("answer");
    return new Promise((resolve) => {
      const answered = () => {
        model.off("change:answer", answered);
        resolve(model.get("answer"));
      };
      model.on("change:answer", answered);
      model.set("ink", new DataView(ink.buffer));
      model.save_changes();
    });
  });
}

export default { render };
