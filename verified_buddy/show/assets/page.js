// What ties the parts together: the slider, the keys, and what is said of an event.
const byId = id => document.getElementById(id);

async function begin() {
  const facts = JSON.parse(byId("facts").textContent);
  const store = new Store(facts, await unpacked(byId("data").textContent));
  const looks = facts.kinds, map = new MemoryMap(store, byId("map"), looks);
  byId("wait").hidden = true;
  document.querySelector("main").hidden = false;
  const lists = new Lists(store, byId("lists"), byId("blocks"), page => find(page));
  const chart = new Chart(store, byId("chart"), byId("figures"), step => { pause(); go(step); });
  const timeline = new Timeline(store, byId("timeline"), step => { pause(); go(step); });
  byId("calls").hidden = !timeline.steps.length;
  let zone = 0, playing = false, view = null;
  const stats = { frames: 0, steps: 0, drawing: 0 };

  facts.zones.forEach((each, i) => byId("zone").append(new Option(`${each.name} (${each.start.toLocaleString("en")} to ${(each.end - 1).toLocaleString("en")})`, i)));
  const there = new Set([1, facts.rest, ...facts.blocks.filter(Boolean).map(([kind]) => kind)]);
  for (const look of looks.filter((_, kind) => there.has(kind))) {
    const item = document.createElement("li"), box = document.createElement("span");
    box.textContent = look.letter;
    box.style.setProperty("--light", look.light);
    box.style.setProperty("--dark", look.dark);
    box.style.setProperty("--light-ink", look.ink);
    box.style.setProperty("--dark-ink", look.dark_ink);
    box.className = `swatch ${look.pattern}`;
    item.append(box, ` ${look.name}`);
    byId("legend").append(item);
  }

  function choose(index, start, end) {
    zone = index;
    const each = facts.zones[index];
    byId("zone").value = index;
    view = [start ?? each.start, end ?? each.end];
    map.show(each, ...view);
    byId("scale").textContent = `A cell is ${map.size === 1 ? "a page" : `${map.size.toLocaleString("en")} pages`}: who has most of it, and the order of its blocks (+ several, = it began before). Pages ${spelled(map.start)} to ${spelled(Math.max(map.start, map.end - 1))}.`;
    lists.show(each);
    chart.show(index);
    describe();
  }

  // Go to the state after that event, and draw what it changed.
  function go(step) {
    const begun = performance.now();
    const small = store.seek(step, (place, old, now) => { map.touch(place, old, now); lists.touch(place, old, now); });
    const page = store.at ? store.pfns[store.at - 1] - 1 : -1, order = store.at ? store.orders[store.at - 1] : 255;
    if (page < 0) map.point(0, 0); else map.point(page, page + (order > facts.top ? 1 : 2 ** order));
    if (small) { map.draw(); lists.write(); } else { map.redraw(); lists.recount(); }
    chart.move();
    chart.figures(lists.counts, lists.free);
    timeline.show(store.at);
    say();
    describe();
    stats.drawing += performance.now() - begun;
  }

  function say() {
    const at = store.at;
    byId("slider").value = byId("number").value = at;
    byId("slider").setAttribute("aria-valuetext", `event ${at + facts.first - 1} of ${facts.total}`);
    byId("event").setAttribute("aria-live", playing ? "off" : "polite");
    if (!at) {
      byId("what").textContent = facts.first > 1 ? `Before event ${facts.first}.` : "The beginning: nothing has happened yet.";
      byId("rule").textContent = byId("fault").textContent = "";
      return;
    }
    const act = facts.acts[store.acts[at - 1]], page = store.pfns[at - 1] - 1, order = store.orders[at - 1], detail = facts.texts[store.details[at - 1]];
    const what = [page < 0 ? "" : `page ${spelled(page)} (${page.toLocaleString("en")})`, order > 64 ? "" : `order ${order}`, detail].filter(Boolean).join(", ");
    byId("what").textContent = `Event ${(at + facts.first - 1).toLocaleString("en")}, line ${store.lines[at - 1].toLocaleString("en")}: ${act.name}${what ? `: ${what}` : ""}`;
    byId("rule").textContent = act.rule ? `The rule: ${act.rule}${act.theorem ? ` (theorem ${act.theorem})` : ""}.` : "";
    const wrong = facts.wrong.find(each => each.step === at);
    byId("fault").textContent = wrong ? `Diverges: ${wrong.rule} (theorem ${wrong.theorem}): ${wrong.message}` : "";
  }

  function describe() {
    const found = map.inside(map.cursor), parts = [...found.pages].filter(([kind]) => kind !== 1).sort((a, b) => b[1] - a[1]);
    const says = parts.map(([kind, many]) => `${many.toLocaleString("en")} ${looks[kind].name}`).join("; ") || "no memory";
    let more = "";
    const place = store.holder(found.from);
    if (place >= 0 && (map.size === 1 || found.order >= 0)) {
      const now = store.state[place], start = store.pages[place];
      more = ` The block is ${pagesOf(start, start + 2 ** store.order[now])}, of order ${store.order[now]}`;
      if (!playing) {
        const [since, next] = store.around(place), number = step => (step + facts.first - 1).toLocaleString("en");
        more += `, ${since ? `since event ${number(since)}` : "from the beginning"}${next ? ` until event ${number(next)}` : " to the end"}`;
      }
      more += ".";
    }
    const start = Math.max(found.from, map.zone.start), end = Math.min(found.to, map.zone.end);
    byId("cell").textContent = start < end ? `${pagesOf(start, end)}: ${says}.${more}` : `${pagesOf(found.from, found.to)}: not of this zone.`;
  }

  function pause() {
    playing = false;
    byId("play").setAttribute("aria-pressed", "false");
    byId("play-sign").textContent = "▶";
    byId("play-word").textContent = "Play";
  }

  function play() {
    if (playing) { pause(); say(); describe(); return; }
    if (store.at === store.last) go(0);
    playing = true;
    byId("play").setAttribute("aria-pressed", "true");
    byId("play-sign").textContent = "❚❚";
    byId("play-word").textContent = "Pause";
    const next = () => {
      if (!playing) return;
      const before = store.at;
      go(store.at + Number(byId("speed").value));
      stats.frames++;
      stats.steps += store.at - before;
      if (store.at === store.last) { pause(); say(); describe(); } else requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }

  function find(page) {
    const index = facts.zones.findIndex(each => each.start <= page && page < each.end);
    if (index < 0) { byId("cell").textContent = `Page ${spelled(page)} is in no zone.`; return; }
    if (index !== zone || page < map.start || page >= map.end) choose(index);
    if (map.size > 1) near(page);
    map.move(Math.floor((page - map.start) / map.size));
    byId("map").focus({ preventScroll: false });
    map.redraw();
    describe();
  }

  function near(page) {
    const span = map.columns * map.rows, start = Math.floor(page / span) * span;
    choose(zone, Math.max(start, facts.zones[zone].start), Math.min(start + span, facts.zones[zone].end));
  }

  function zoom(by) {
    const each = facts.zones[zone], middle = map.start + (map.cursor + .5) * map.size;
    const span = Math.max(map.columns, (view[1] - view[0]) * by), start = Math.max(each.start, Math.min(middle - span / 2, each.end - span));
    choose(zone, Math.floor(start), Math.min(each.end, Math.ceil(start + span)));
    map.move(Math.floor((middle - map.start) / map.size));
    describe();
  }

  function firstWrong() {
    const wrong = facts.wrong[0];
    if (!wrong) { byId("fault").textContent = "Nothing diverges in these events."; return; }
    pause();
    go(wrong.step);
    const page = store.pfns[wrong.step - 1] - 1;
    if (page >= 0) { find(page); say(); }
  }

  const press = (id, act) => byId(id).addEventListener("click", act);
  press("start", () => { pause(); go(0); });
  press("back", () => { pause(); go(store.at - 1); });
  press("play", play);
  press("forth", () => { pause(); go(store.at + 1); });
  press("end", () => { pause(); go(store.last); });
  press("wrong", firstWrong);
  press("nearer", () => zoom(.5));
  press("farther", () => zoom(2));
  press("all", () => choose(zone));
  byId("wrong").disabled = !facts.wrong.length;
  if (!facts.wrong.length) byId("wrong").textContent = "No divergence";
  byId("slider").addEventListener("input", event => { pause(); go(Number(event.target.value)); });
  byId("number").addEventListener("change", event => { pause(); go(Number(event.target.value) || 0); });
  byId("zone").addEventListener("change", event => choose(Number(event.target.value)));
  byId("search").addEventListener("submit", event => {
    event.preventDefault();
    const text = byId("pfn").value.trim().replaceAll(",", "");
    if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) find(Number(text)); else byId("cell").textContent = "A page is a number, such as 6699 or 0x1a2b.";
  });
  const canvas = byId("map");
  canvas.addEventListener("click", event => {
    map.move(Math.floor(event.offsetY / map.side) * map.columns + Math.min(map.columns - 1, Math.floor(event.offsetX / map.side)));
    canvas.focus();
    describe();
  });
  canvas.addEventListener("dblclick", () => zoom(.125));
  for (const each of ["focus", "blur"]) canvas.addEventListener(each, () => { map.dirty.add(map.cursor); map.draw(); });
  canvas.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -map.columns, ArrowDown: map.columns, PageUp: -map.columns * 8, PageDown: map.columns * 8 }[event.key];
    if (step) { map.move(map.cursor + step); describe(); event.preventDefault(); }
    if (event.key === "Enter") zoom(.125);
    if (event.key === "Escape") choose(zone);
  });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.id !== "slider") return;
    const act = { ".": () => { pause(); go(store.at + 1); }, ",": () => { pause(); go(store.at - 1); }, p: play, d: firstWrong, "/": () => byId("pfn").focus(),
      "+": () => zoom(.5), "-": () => zoom(2), 0: () => choose(zone), Home: () => { pause(); go(0); }, End: () => { pause(); go(store.last); } }[event.key];
    if (act) { act(); event.preventDefault(); }
  });
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; choose(zone, ...view); } });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.redraw());
  addEventListener("beforeprint", () => { map.paper = true; map.redraw(); });
  addEventListener("afterprint", () => { map.paper = false; map.redraw(); });
  const busiest = facts.zones.map((_, i) => facts.samples[i].reduce((most, each) => Math.max(most, each[0]), 0));
  choose(busiest.indexOf(Math.max(...busiest)));
  go(0);
  window.page = { store, map, stats, go, ready: performance.now() };
}

begin().catch(error => { byId("wait").textContent = `This page cannot be shown: ${error.message}`; });
