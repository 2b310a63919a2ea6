// Free pages and fragmentation over time, and the calls around an event.
const SVG = "http://www.w3.org/2000/svg";

function drawn(name, attributes, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

class Chart {
  constructor(store, box, told, seek) {
    this.store = store;
    this.box = box;
    this.told = told;
    this.seek = seek;
    box.addEventListener("pointerdown", event => { this.drag(event); box.setPointerCapture(event.pointerId); });
    box.addEventListener("pointermove", event => { if (event.buttons) this.drag(event); });
  }

  drag(event) {
    const edge = this.box.firstChild.getBoundingClientRect();
    const part = (event.clientX - edge.left) / edge.width * this.width;
    this.seek(Math.round((part - 4) / (this.width - 8) * this.store.last));
  }

  x(step) { return 4 + (this.width - 8) * step / (this.store.last || 1); }

  show(index) {
    const { steps, samples, wrong, order } = this.store.facts;
    const right = (this.width = Math.max(300, Math.min(640, this.box.clientWidth))) - 4;
    this.samples = samples[index];
    const most = Math.max(1, ...this.samples.map(each => each[0]));
    const line = (pick, top, height) => this.samples
      .map((each, i) => `${i ? "L" : "M"}${this.x(steps[i]).toFixed(1)} ${(top + height * (1 - pick(each))).toFixed(1)}`).join("");
    const free = line(each => each[0] / most, 16, 84), split = line(each => each[1] / 1000, 132, 84);
    const pieces = [];
    let open = false;
    this.samples.forEach((each, i) => {
      if (each[2] < 0) { open = false; return; }
      pieces.push(`${open ? "L" : "M"}${this.x(steps[i]).toFixed(1)} ${(132 + 84 * (1 - each[2] / 1000)).toFixed(1)}h.1`);
      open = true;
    });
    this.now = drawn("line", { class: "now", y1: 4, y2: 220, x1: 0, x2: 0 });
    const text = (x, y, words, end) => drawn("text", { x, y, "text-anchor": end ? "end" : "start" }, words);
    this.box.replaceChildren(drawn("svg", {
      viewBox: `0 0 ${this.width} 226`, role: "img",
      "aria-label": `Free pages over time, at most ${most}; and below it how broken up they are for order ${order}. The slider moves along.`,
    },
    drawn("path", { class: "area", d: `${free}L${this.x(this.store.last)} 100L4 100Z` }), drawn("path", { class: "free", d: free }),
    drawn("line", { class: "axis", x1: 4, x2: right, y1: 100, y2: 100 }), drawn("line", { class: "axis", x1: 4, x2: right, y1: 216, y2: 216 }),
    drawn("path", { class: "split", d: split }), drawn("path", { class: "index", d: pieces.join("") }),
    text(4, 11, "free pages"), text(right, 11, most.toLocaleString("en"), true),
    text(4, 124, `order ${order}: unusable index, fragmentation index (dashed)`), text(right, 124, "1", true),
    ...wrong.map(each => drawn("line", { class: "wrong", x1: this.x(each.step), x2: this.x(each.step), y1: 4, y2: 220 })),
    this.now));
    this.move();
  }

  move() {
    const at = this.x(this.store.at);
    this.now.setAttribute("x1", at);
    this.now.setAttribute("x2", at);
  }

  // The figures of this very moment, as the kernel would count them.
  figures(counts, free) {
    const { order, top } = this.store.facts, each = Array.from({ length: top + 1 }, (_, i) =>
      [3, 4, 5, 6, 7, 8].reduce((sum, kind) => sum + counts[kind][i], 0));
    const suitable = each.slice(order).reduce((sum, many, i) => sum + many * 2 ** i, 0);
    const blocks = each.reduce((sum, many) => sum + many, 0);
    const unusable = free ? Math.floor((free - suitable * 2 ** order) * 1000 / free) : 1000;
    let index = "none is free";
    if (blocks) index = suitable ? "a block is there" : String((1000 - Math.floor((1000 + Math.floor(free * 1000 / 2 ** order)) / blocks)) / 1000);
    this.told.textContent = `${free.toLocaleString("en")} pages free in ${blocks.toLocaleString("en")} blocks; for order ${order}: unusable index ${unusable / 1000}, fragmentation index: ${index}`;
  }
}

class Timeline {
  constructor(store, box, seek) {
    this.store = store;
    this.box = box;
    [this.operations, this.steps, this.lanes] = ["operations", "steps", "lanes"].map(name => store.column(`call_${name}`, Uint32Array));
    [this.asked, this.lasts] = ["asked", "lasts"].map(name => store.column(`call_${name}`, Float64Array));
    this.of = new Uint32Array(store.last + 1);
    this.steps.forEach((step, call) => { this.of[step] = call + 1; });
    box.addEventListener("click", event => {
      const bar = event.target.closest("[data-step]");
      if (bar) seek(Number(bar.dataset.step));
    });
    this.drawnAt = -1;
  }

  show(at) {
    if (!this.steps.length || at === this.drawnAt) return;
    this.drawnAt = at;
    const here = Math.max(0, this.of[Math.max(1, at)] - 1), from = Math.max(0, here - 20), to = Math.min(this.steps.length, here + 20);
    const picked = Array.from({ length: to - from }, (_, i) => from + i);
    const low = Math.min(...picked.map(call => this.asked[call])), high = Math.max(...picked.map(call => this.asked[call] + this.lasts[call]));
    const lanes = [...new Set(picked.map(call => this.lanes[call]))].sort((a, b) => a - b), scale = 632 / (high - low || 1);
    const bars = picked.map(call => {
      const step = this.steps[call], act = this.store.facts.acts[this.store.acts[step - 1]];
      const x = 4 + (this.asked[call] - low) * scale, y = 6 + 22 * lanes.indexOf(this.lanes[call]), width = Math.max(3, this.lasts[call] * scale);
      const done = step <= at ? " done" : "", now = step === at ? " at" : "", page = this.store.pfns[step - 1] - 1;
      const says = `operation ${this.operations[call]}: ${act.name}${page < 0 ? "" : ` ${page}`}, from ${this.asked[call]} to ${this.asked[call] + this.lasts[call]}`;
      const label = width > 46 ? [drawn("text", { x: x + 3, y: y + 12 }, `${this.operations[call]} ${act.name}`.slice(0, width / 6))] : [];
      return drawn("g", { class: `call${done}${now}`, "data-step": step, role: "img", "aria-label": says },
        drawn("title", {}, says), drawn("rect", { x, y, width, height: 17, rx: 2 }), ...label);
    });
    this.box.replaceChildren(drawn("svg", { viewBox: `0 0 640 ${12 + 22 * lanes.length}`, role: "group", "aria-label": `${picked.length} calls around event ${at}` }, ...bars));
  }
}
