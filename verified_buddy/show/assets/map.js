// The map of a zone: a bounded number of cells on a canvas; only those that changed are drawn again.
class MemoryMap {
  constructor(store, canvas, looks) {
    this.store = store;
    this.canvas = canvas;
    this.looks = looks;
    this.cursor = 0;
    this.mark = [0, 0];
    this.dirty = new Set();
    this.paper = false;
  }

  // Show those pages, at most 32 rows of them.
  show(zone, start, end) {
    this.zone = zone;
    this.columns = this.canvas.parentElement.clientWidth < 520 ? 16 : 32;
    this.rows = this.columns === 16 ? 28 : 32;
    let size = 1;
    while ((Math.ceil(end / (size * this.columns)) - Math.floor(start / (size * this.columns))) > this.rows) size *= 2;
    this.size = size;
    this.start = Math.floor(start / (size * this.columns)) * size * this.columns;
    this.end = Math.min(end, zone.end);
    this.count = Math.ceil((this.end - this.start) / size);
    this.used = Math.ceil(this.count / this.columns);
    this.places = new Uint32Array(this.count + 1);
    for (let cell = 0; cell <= this.count; cell++) this.places[cell] = this.store.place(this.start + cell * size);
    const least = Math.max(0, Math.floor((zone.start - this.start) / size));
    this.cursor = Math.max(least, Math.min(this.cursor, this.count - 1));
    this.fit();
  }

  fit() {
    const width = this.canvas.parentElement.clientWidth, ratio = window.devicePixelRatio || 1;
    this.side = Math.max(8, Math.floor(width / this.columns));
    this.canvas.style.width = `${this.side * this.columns}px`;
    this.canvas.style.height = `${this.side * this.used}px`;
    this.canvas.width = this.side * this.columns * ratio;
    this.canvas.height = this.side * this.used * ratio;
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.textAlign = "center";
    this.pen.textBaseline = "middle";
    this.redraw();
  }

  get dark() { return !this.paper && matchMedia("(prefers-color-scheme: dark)").matches; }

  touch(place, old, now) {
    const order = Math.max(old ? this.store.order[old] : 0, now ? this.store.order[now] : 0);
    this.touchPages(this.store.pages[place], this.store.pages[place] + 2 ** order);
  }

  touchPages(start, end) {
    const from = Math.max(0, Math.floor((start - this.start) / this.size));
    const to = Math.min(this.count - 1, Math.floor((end - 1 - this.start) / this.size));
    for (let cell = from; cell <= to; cell++) this.dirty.add(cell);
  }

  point(start, end) {
    this.touchPages(...this.mark);
    this.mark = [start, end];
    this.touchPages(start, end);
  }

  move(cell) {
    this.dirty.add(this.cursor);
    this.cursor = Math.max(0, Math.min(cell, this.count - 1));
    this.dirty.add(this.cursor);
    this.draw();
  }

  redraw() {
    for (let cell = 0; cell < this.count; cell++) this.dirty.add(cell);
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.draw();
  }

  // What the cell holds: pages by kind, and the order of the blocks, if they have one.
  inside(cell) {
    const store = this.store, from = this.start + cell * this.size, to = from + this.size;
    const pages = new Map(), end = Math.min(to, this.zone.end);
    let at = Math.max(from, this.zone.start), order = -2, began = false;
    const add = (kind, many, of, head) => {
      pages.set(kind, (pages.get(kind) || 0) + many);
      if (order === -2) { order = of; began = head >= from; } else if (order !== of) order = -3;
    };
    if (from < this.zone.start) add(1, Math.min(this.zone.start, to) - from, -1, from);
    const rest = until => {
      while (at < until) {
        const kind = store.restAt(at);
        let next = until;
        for (const [low, high] of this.holesNear(at, until)) { next = Math.min(next, kind === 1 ? high : low); break; }
        add(kind, next - at, -1, at);
        at = next;
      }
    };
    const block = place => {
      const now = store.state[place], head = store.pages[place], last = Math.min(end, head + 2 ** store.order[now]);
      if (last <= at) return;
      rest(Math.min(head, end));
      add(store.kind[now], last - at, store.order[now], head);
      at = last;
    };
    const first = this.places[cell];
    if (store.pages[first] !== from || !store.state[first]) {
      const before = at < end ? store.holder(at) : -1;
      if (before >= 0 && store.pages[before] < from) block(before);
    }
    for (let place = first; place < this.places[cell + 1]; place++) if (store.state[place]) block(place);
    rest(end);
    if (to > this.zone.end) add(1, to - Math.max(from, this.zone.end), -1, to);
    return { from, to, pages, order, began };
  }

  holesNear(at, until) {
    return this.store.facts.holes.filter(([low, high]) => high > at && low < until);
  }

  sign(found) {
    let kind = -1, most = -1;
    for (const [each, many] of found.pages) if (many > most || (many === most && each > kind)) { kind = each; most = many; }
    const several = found.pages.size > 1 || found.order === -3;
    const second = several ? "+" : found.order < 0 ? "" : found.began ? found.order.toString(36).toUpperCase() : "=";
    return [kind, this.looks[kind].letter, second];
  }

  draw() {
    const dark = this.dark, side = this.side, pen = this.pen;
    for (const cell of this.dirty) {
      if (cell >= this.count) continue;
      const x = (cell % this.columns) * side, y = Math.floor(cell / this.columns) * side;
      const found = this.inside(cell), [kind, letter, second] = this.sign(found), look = this.looks[kind];
      pen.fillStyle = dark ? look.dark : look.light;
      pen.fillRect(x, y, side, side);
      this.hatch(look.pattern, x, y, dark);
      if (side >= 14) {
        pen.fillStyle = dark ? look.dark_ink : look.ink;
        pen.font = `${Math.floor(side * .52)}px ui-monospace, Menlo, Consolas, monospace`;
        const silent = letter === "-" || (second === "=" && cell % this.columns !== 0);
        pen.fillText(silent ? "" : letter + second, x + side / 2, y + side / 2 + 1);
      }
      pen.strokeStyle = dark ? "#0b0d10" : "#ffffff";
      pen.lineWidth = 1;
      const joined = second === "=";
      pen.beginPath();
      pen.moveTo(x, y + side - .5); pen.lineTo(x + side, y + side - .5);
      if (!joined) { pen.moveTo(x + .5, y); pen.lineTo(x + .5, y + side); }
      pen.stroke();
      if (this.marked(cell)) this.frame(cell, x, y, dark ? "#ffd54a" : "#c40018");
      if (cell === this.cursor && document.activeElement === this.canvas) this.ring(x, y, dark ? "#fff" : "#000", 2);
    }
    this.dirty.clear();
  }

  marked(cell) {
    const from = this.start + cell * this.size;
    return cell >= 0 && from < this.mark[1] && this.mark[0] < from + this.size;
  }

  // The edges of what the event is about, and none between its cells.
  frame(cell, x, y, colour) {
    const first = cell % this.columns === 0 || !this.marked(cell - 1), last = (cell + 1) % this.columns === 0 || !this.marked(cell + 1);
    const pen = this.pen, side = this.side;
    pen.fillStyle = colour;
    if (!this.marked(cell - this.columns)) pen.fillRect(x, y, side, 3);
    if (!this.marked(cell + this.columns)) pen.fillRect(x, y + side - 3, side, 3);
    if (first) pen.fillRect(x, y, 3, side);
    if (last) pen.fillRect(x + side - 3, y, 3, side);
  }

  ring(x, y, colour, width) {
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = width;
    this.pen.strokeRect(x + width / 2, y + width / 2, this.side - width, this.side - width);
  }

  // What tells kinds apart without colour, and without reading letters.
  hatch(pattern, x, y, dark) {
    if (pattern === "plain" || pattern === "none") return;
    const pen = this.pen, side = this.side, step = Math.max(4, side / 4);
    pen.strokeStyle = pen.fillStyle = dark ? "rgba(0,0,0,.28)" : "rgba(255,255,255,.3)";
    if (pattern === "dots") {
      pen.fillStyle = dark ? "rgba(255,255,255,.25)" : "rgba(0,0,0,.22)";
      for (let a = step / 2; a < side; a += step) for (let b = step / 2; b < side; b += step) pen.fillRect(x + a, y + b, 1, 1);
      return;
    }
    pen.save();
    pen.beginPath(); pen.rect(x, y, side, side); pen.clip();
    pen.beginPath();
    pen.lineWidth = 1;
    for (let a = -side; a < side; a += step) {
      if (pattern === "rising" || pattern === "cross") { pen.moveTo(x + a, y + side); pen.lineTo(x + a + side, y); }
      if (pattern === "falling" || pattern === "cross") { pen.moveTo(x + a, y); pen.lineTo(x + a + side, y + side); }
      if (pattern === "level" && a > 0) { pen.moveTo(x, y + a); pen.lineTo(x + side, y + a); }
      if (pattern === "upright" && a > 0) { pen.moveTo(x + a, y); pen.lineTo(x + a, y + side); }
    }
    pen.stroke();
    pen.restore();
  }
}
