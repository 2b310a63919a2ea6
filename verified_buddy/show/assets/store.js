// The recording: columns of numbers, memory after any event, and keyframes from which it is made.
const KEYFRAME_BYTES = 64e6, KEYFRAMES = 128;

async function unpacked(text) {
  const raw = atob(text.trim()), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Store {
  constructor(facts, bytes) {
    this.facts = facts;
    this.bytes = bytes;
    this.pages = this.steps("pages", Float64Array);
    this.acts = this.column("acts", Uint8Array);
    this.orders = this.column("orders", Uint8Array);
    this.lines = this.steps("lines", Float64Array);
    this.pfns = this.steps("pfns", Float64Array);
    this.details = this.column("details", Uint32Array);
    this.ends = this.steps("ends", Uint32Array);
    this.places = this.steps("places", Uint32Array);
    this.codes = this.column("codes", Uint16Array);
    this.kind = Uint8Array.from(facts.blocks, each => each ? each[0] : 0);
    this.order = Uint8Array.from(facts.blocks, each => each ? each[1] : 0);
    this.last = this.acts.length;
    this.state = this.column("begin", Uint16Array);
    this.at = 0;
    this.keep();
  }

  column(name, Type) {
    const [start, many, size] = this.facts.columns[name], found = new Type(many);
    for (let byte = 0, scale = 1; byte < size; byte++, scale *= 256) {
      const from = start + byte * many;
      for (let i = 0; i < many; i++) found[i] += this.bytes[from + i] * scale;
    }
    return found;
  }

  steps(name, Type) {
    const found = this.column(name, Float64Array), whole = new Type(found.length);
    for (let i = 0, at = 0; i < found.length; i++) {
      at += found[i] % 2 ? -(found[i] + 1) / 2 : found[i] / 2;
      whole[i] = at;
    }
    return whole;
  }

  // Play all once: what each change replaced, and memory itself every so often.
  keep() {
    const many = Math.max(1, Math.min(KEYFRAMES, Math.floor(KEYFRAME_BYTES / 2 / (this.state.length || 1))));
    this.every = Math.max(1, Math.ceil(this.last / many));
    this.keyframes = [];
    this.before = new Uint16Array(this.codes.length);
    const state = this.state.slice();
    for (let step = 0, change = 0; step < this.last; step++) {
      if (step % this.every === 0) this.keyframes.push(state.slice());
      for (; change < this.ends[step]; change++) {
        this.before[change] = state[this.places[change]];
        state[this.places[change]] = this.codes[change];
      }
    }
    if (!this.keyframes.length) this.keyframes.push(state);
  }

  begun(step) { return step > 0 ? this.ends[step - 1] : 0; }

  // Memory after that event; told is called for each change, or given nothing to call if there were too many.
  seek(step, told) {
    step = Math.max(0, Math.min(this.last, Math.round(step)));
    const near = Math.abs(step - this.at), frame = Math.min(this.keyframes.length - 1, Math.floor(step / this.every));
    if (near > step - frame * this.every && near > this.every / 2) {
      this.state.set(this.keyframes[frame]);
      this.at = frame * this.every;
      told = null;
    }
    const whole = told === null || Math.abs(this.begun(step) - this.begun(this.at)) > 20000;
    const tell = whole ? () => {} : told;
    for (let change = this.begun(this.at); change < this.begun(step); change++) {
      const place = this.places[change], old = this.state[place];
      this.state[place] = this.codes[change];
      tell(place, old, this.codes[change]);
    }
    for (let change = this.begun(this.at) - 1; change >= this.begun(step); change--) {
      const place = this.places[change], old = this.state[place];
      this.state[place] = this.before[change];
      tell(place, old, this.before[change]);
    }
    this.at = step;
    return !whole;
  }

  // The first place whose page is that one or a later one.
  place(page) {
    let low = 0, high = this.pages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pages[middle] < page) low = middle + 1; else high = middle;
    }
    return low;
  }

  // The place of the block that has the page; -1 if none has.
  holder(page) {
    for (let order = 0, size = 1; order <= this.facts.top; order++, size *= 2) {
      const head = Math.floor(page / size) * size, place = this.place(head);
      if (this.pages[place] === head && this.state[place] && this.order[this.state[place]] >= order) return place;
    }
    return -1;
  }

  isHole(page) {
    const holes = this.facts.holes;
    let low = 0, high = holes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holes[middle][1] <= page) low = middle + 1; else high = middle;
    }
    return low < holes.length && holes[low][0] <= page;
  }

  restAt(page) { return this.isHole(page) ? 1 : this.facts.rest; }

  // The last change of the place up to now, and the next one, as numbers of events; 0 if there is none.
  around(place) {
    let change = this.begun(this.at) - 1;
    while (change >= 0 && this.places[change] !== place) change--;
    const since = change < 0 ? 0 : this.stepOf(change);
    change = this.begun(this.at);
    while (change < this.places.length && this.places[change] !== place) change++;
    return [since, change < this.places.length ? this.stepOf(change) : 0];
  }

  stepOf(change) {
    let low = 0, high = this.last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle] <= change) low = middle + 1; else high = middle;
    }
    return low + 1;
  }
}
