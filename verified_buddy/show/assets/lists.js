// How many blocks of each kind and order the zone has, and which.
class Lists {
  constructor(store, table, told, go) {
    this.store = store;
    this.table = table;
    this.told = told;
    this.go = go;
    this.chosen = null;
    const head = table.tHead.insertRow();
    for (const text of ["blocks of order", ...Array(store.facts.top + 1).keys(), "pages"]) head.append(cellOf("th", text, "col"));
    this.rows = new Map();
    table.addEventListener("click", event => {
      const button = event.target.closest("button");
      if (button) { this.chosen = [Number(button.dataset.kind), Number(button.dataset.order)]; this.name(); }
    });
    told.addEventListener("click", event => {
      const button = event.target.closest("button");
      if (button) this.go(Number(button.dataset.page));
    });
  }

  show(zone) {
    this.zone = zone;
    this.from = this.store.place(zone.start);
    this.to = this.store.place(zone.end);
    this.chosen = null;
    this.recount();
  }

  recount() {
    const top = this.store.facts.top + 1;
    this.counts = this.store.facts.kinds.map(() => new Float64Array(top));
    for (let place = this.from; place < this.to; place++) {
      const now = this.store.state[place];
      if (now) this.counts[this.store.kind[now]][this.store.order[now]]++;
    }
    this.write();
  }

  touch(place, old, now) {
    if (place < this.from || place >= this.to) return;
    const { kind, order } = this.store;
    if (old) this.counts[kind[old]][order[old]]--;
    if (now) this.counts[kind[now]][order[now]]++;
  }

  pages(kind) { return this.counts[kind].reduce((sum, many, order) => sum + many * 2 ** order, 0); }

  get free() { return [3, 4, 5, 6, 7, 8].reduce((sum, kind) => sum + this.pages(kind), 0); }

  write() {
    this.counts.forEach((counts, kind) => {
      if (!this.rows.has(kind) && counts.some(many => many)) this.addRow(kind);
    });
    for (const [kind, cells] of this.rows) {
      this.counts[kind].forEach((many, order) => {
        const cell = cells[order], text = many ? many.toLocaleString("en") : "";
        if (cell.textContent !== text) { cell.textContent = text; cell.hidden = !many; }
      });
      const text = this.pages(kind).toLocaleString("en");
      if (cells.pages.textContent !== text) cells.pages.textContent = text;
    }
    if (this.chosen) this.name();
  }

  addRow(kind) {
    const look = this.store.facts.kinds[kind], row = document.createElement("tr"), cells = [];
    row.append(cellOf("th", `${look.letter} ${look.name}`));
    for (let order = 0; order <= this.store.facts.top; order++) {
      const button = document.createElement("button"), cell = document.createElement("td");
      button.hidden = true;
      button.dataset.kind = kind;
      button.dataset.order = order;
      button.title = `${look.name}, order ${order}: name the blocks`;
      cell.append(button);
      row.append(cell);
      cells.push(button);
    }
    cells.pages = cellOf("td", "");
    row.append(cells.pages);
    this.rows.set(kind, cells);
    const after = [...this.rows.keys()].filter(each => each < kind).length;
    row.dataset.kind = kind;
    this.table.tBodies[0].insertBefore(row, this.table.tBodies[0].rows[after] || null);
  }

  // The blocks of the chosen number, the first of them.
  name() {
    const [kind, order] = this.chosen, look = this.store.facts.kinds[kind], found = [];
    for (let place = this.from; place < this.to && found.length < 12; place++) {
      const now = this.store.state[place];
      if (now && this.store.kind[now] === kind && this.store.order[now] === order) found.push(this.store.pages[place]);
    }
    const many = this.counts[kind][order];
    this.told.replaceChildren(`${look.name}, order ${order}: ${many ? "" : "none"} `);
    for (const page of found) {
      const button = document.createElement("button");
      button.dataset.page = page;
      button.textContent = spelled(page);
      this.told.append(button, " ");
    }
    if (many > found.length) this.told.append(`and ${(many - found.length).toLocaleString("en")} more`);
  }
}

function cellOf(tag, text, scope = "row") {
  const cell = document.createElement(tag);
  cell.textContent = text;
  if (tag === "th") cell.scope = scope;
  return cell;
}

function spelled(page) { return `0x${page.toString(16)}`; }

function pagesOf(start, end) {
  return end - start === 1 ? `page ${spelled(start)}` : `pages ${spelled(start)}..${spelled(end - 1)}`;
}
