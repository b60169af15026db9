// Wires the page: what is selected and shown, the search, the panel, pointer and keys.

const graph = readGraph(JSON.parse(document.getElementById("data").textContent));
const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));
const drawing = new Drawing(page.canvas);
const FEW = 40; // So many objects are readable at once.
const LISTED = 100; // So many search results and list entries are shown at first.
const state = { selected: null, isAround: false, hidden: new Set(), hits: [], choice: -1 };

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const number = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const dot = (kind) => {
  const made = element("span", { className: "dot" });
  made.style.background = drawing.kindColour(kind);
  return made;
};
const isVisible = (object) => !state.hidden.has(object.kind);

/* What is shown */

function arrange() {
  const shown = graph.objects.filter(isVisible);
  drawing.measure(shown);
  const layout = state.isAround ? layoutAround(state.selected, stepsShown(), isVisible, drawing.room) : layoutAll(shown, drawing.room);
  drawing.show(layout, graph.edges);
  page.everything.setAttribute("aria-pressed", String(!state.isAround));
  page.around.setAttribute("aria-pressed", String(state.isAround));
  page.around.disabled = state.selected === null;
  page.steps.disabled = !state.isAround;
  emphasise();
}

/** How far around the selected object; 0: as far as it goes. */
function stepsShown() {
  const auto = readableSteps(state.selected, isVisible, FEW);
  page.auto.textContent = `as many as fit (${auto})`;
  return page.steps.value === "auto" ? auto : Number(page.steps.value);
}

/** Which objects and edges stand out: those of the selected object, or what is being searched for. */
function emphasise() {
  const [objects, edges] = [new Map(), new Map()];
  if (!page["results-box"].hidden && state.hits.length > 0) state.hits.forEach((object) => objects.set(object, "hit"));
  else if (state.selected !== null) {
    for (const [way, role] of [[NEEDED_BY, "needed"], [NEEDS, "needs"]]) {
      const reached = reachable(state.selected, way);
      for (const object of [state.selected, ...reached.keys()]) {
        if (object !== state.selected) objects.set(object, role);
        for (const edge of object[way.edges]) edges.set(edge, role);
      }
    }
    objects.set(state.selected, "centre");
  }
  drawing.emphasis = objects.size > 0 ? { objects, edges, centre: state.selected } : null;
  drawing.request();
}

function select(object, { centred = true } = {}) {
  state.selected = object;
  if (object !== null && !isVisible(object)) show(object.kind, true);
  if (object === null) state.isAround = false;
  else if (graph.objects.length > FEW) state.isAround = true;
  arrange();
  if (state.isAround) {
    drawing.fit();
    if (drawing.camera.zoom < NAMED) drawing.centre(object);
  } else if (object !== null && centred) drawing.reveal(object);
  describe();
  const hash = object === null ? "" : `#${encodeURIComponent(object.name)}`;
  if (location.hash !== hash) history.pushState(null, "", hash || location.pathname);
}

function setAround(isAround) {
  state.isAround = isAround && state.selected !== null;
  arrange();
  drawing.fit();
}

function show(kind, isShown) {
  if (isShown) state.hidden.delete(kind);
  else state.hidden.add(kind);
  for (const button of page.legend.children) button.setAttribute("aria-pressed", String(!state.hidden.has(button.dataset.kind)));
}

/* The panel */

function describe() {
  const object = state.selected;
  const parts = object === null ? overview() : description(object);
  page.details.replaceChildren(...parts);
  page.details.scrollTop = 0;
  document.title = object === null ? "What needs what" : `${object.shown}: what needs what`;
}

function overview() {
  const most = graph.objects
    .map((object) => ({ object, count: object.neededBy.length }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.object.id - b.object.id)
    .slice(0, 12);
  return [
    element("h2", { textContent: "No object is selected" }),
    element("p", { className: "faint", textContent: "Search, click one, or press an arrow key in the picture. Objects stand to the right of what they need." }),
    ...(most.length > 0 ? [element("h3", { textContent: "Needed by most" })] : []),
    entries(most.map(({ object, count }) => ({ object, note: String(count) }))),
  ];
}

function description(object) {
  const lists = [[NEEDS, "Needs"], [NEEDED_BY, "Needed by"]].flatMap(([way, title]) => {
    const edges = object[way.edges];
    const all = reachable(object, way).size;
    const count = all > edges.length ? `${edges.length} directly, ${number(all, "object")} in all` : `${edges.length}`;
    return [
      element("h3", { textContent: edges.length === 0 ? `${title} nothing` : `${title} ${count}` }),
      entries(edges.map((edge) => ({ object: edge[way.end], note: edge.known, known: edge.known }))),
    ];
  });
  const sql = object.sql === "" ? [] : [element("h3", { textContent: "SQL" }), element("pre", { textContent: object.sql, tabIndex: 0 })];
  const place = object.place || "no file of the project makes it";
  return [
    element("h2", { textContent: object.label }),
    element("p", {}, element("span", { className: "kind" }, dot(object.kind), object.kind)),
    element("p", { className: "place", textContent: place }),
    ...lists,
    ...sql,
  ];
}

/** A list of objects that can be pressed; long ones are cut until somebody wants all. */
function entries(items) {
  const list = element("ul");
  const entry = ({ object, note, known }) => {
    const button = element(
      "button",
      { onclick: () => select(object), title: object.place ? `${object.shown} (${object.place})` : object.shown },
      dot(object.kind),
      element("span", { className: "name", textContent: object.label }),
      element("span", { className: `known ${known ?? ""}`, textContent: note }),
    );
    return element("li", {}, button);
  };
  list.append(...items.slice(0, LISTED).map(entry));
  if (items.length > LISTED) {
    const more = element("button", { className: "more", textContent: `Show ${items.length - LISTED} more` });
    const last = element("li", {}, more);
    more.onclick = () => {
      last.remove();
      list.append(...items.slice(LISTED).map(entry));
    };
    list.append(last);
  }
  return list;
}

/* The search */

function search() {
  const text = page.search.value;
  state.hits = found(graph.objects, text);
  state.choice = state.hits.length > 0 ? 0 : -1;
  const shown = state.hits.slice(0, LISTED);
  page.results.replaceChildren(
    ...shown.map((object, at) =>
      element(
        "li",
        { id: `result-${at}`, role: "option", onpointerdown: (event) => (event.preventDefault(), choose(object)) },
        dot(object.kind),
        element("span", { className: "name", textContent: object.shown }),
        element("span", { className: "place", textContent: object.place }),
      ),
    ),
  );
  const left = state.hits.length - shown.length;
  page["results-count"].textContent =
    state.hits.length === 0 ? "Nothing found" : left > 0 ? `${number(state.hits.length, "object")}, the best ${shown.length} shown` : number(state.hits.length, "object");
  openResults(text.trim() !== "");
}

function openResults(isOpen) {
  page["results-box"].hidden = !isOpen;
  page.search.setAttribute("aria-expanded", String(isOpen));
  markChoice();
  emphasise();
}

function markChoice() {
  [...page.results.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === state.choice)));
  const chosen = page.results.children[state.choice];
  if (chosen && !page["results-box"].hidden) {
    page.search.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  } else page.search.removeAttribute("aria-activedescendant");
}

function choose(object) {
  openResults(false);
  page.canvas.focus({ preventScroll: true });
  select(object);
}

page.search.addEventListener("input", search);
page.search.addEventListener("focus", () => page.search.value.trim() !== "" && search());
page.search.addEventListener("blur", () => openResults(false));
page.search.addEventListener("keydown", (event) => {
  const last = Math.min(state.hits.length, LISTED) - 1;
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  if (event.key in moves && last >= 0) {
    state.choice = Math.max(0, Math.min(last, state.choice + moves[event.key]));
    markChoice();
  } else if (event.key === "Enter" && state.choice >= 0) choose(state.hits[state.choice]);
  else if (event.key === "Escape") {
    page.search.value = "";
    search();
    page.canvas.focus({ preventScroll: true });
  } else return;
  event.preventDefault();
  event.stopPropagation();
});

/* The pointer */

const pointers = new Map();
let dragged = 0;
const local = (event) => {
  const box = page.canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
};
page.canvas.addEventListener("pointerdown", (event) => {
  page.canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, local(event));
  dragged = 0;
});
page.canvas.addEventListener("pointermove", (event) => {
  const now = local(event);
  const before = pointers.get(event.pointerId);
  if (!before) return hover(now);
  dragged += Math.hypot(now.x - before.x, now.y - before.y);
  const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const apart = (point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    drawing.zoomAt(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
  } else if (dragged > 3) {
    page.canvas.classList.add("moving");
    drawing.move(now.x - before.x, now.y - before.y);
  }
  pointers.set(event.pointerId, now);
});
for (const end of ["pointerup", "pointercancel"]) {
  page.canvas.addEventListener(end, (event) => {
    const place = local(event);
    pointers.delete(event.pointerId);
    page.canvas.classList.remove("moving");
    if (end === "pointercancel" || dragged > 3) return;
    const object = drawing.at(place.x, place.y);
    if (object !== null) select(object, { centred: false });
  });
}
page.canvas.addEventListener("pointerleave", () => hover(null));
page.canvas.addEventListener("dblclick", (event) => {
  const place = local(event);
  if (drawing.at(place.x, place.y) === null) drawing.zoomAt(1.8, place.x, place.y);
});
page.canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const { x, y } = local(event);
    const lines = event.deltaMode === 1 ? 16 : 1;
    drawing.zoomAt(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * lines)) * (event.ctrlKey ? 0.008 : 0.0025)), x, y);
  },
  { passive: false },
);

function hover(place) {
  const object = place && drawing.at(place.x, place.y);
  page.canvas.classList.toggle("on-object", Boolean(object));
  if (object !== drawing.hovered) {
    drawing.hovered = object;
    drawing.request();
  }
  page.tip.hidden = !object;
  if (!object) return;
  page.tip.textContent = `${object.shown} · needs ${object.needs.length}, needed by ${object.neededBy.length}`;
  page.tip.style.left = `${Math.max(0, Math.min(place.x + 14, drawing.size.width - page.tip.offsetWidth - 6))}px`;
  page.tip.style.top = `${place.y + 18 + page.tip.offsetHeight > drawing.size.height ? place.y - page.tip.offsetHeight - 10 : place.y + 18}px`;
}

/* The keys */

/** From object to object: along an edge, or to the next one above or below. */
function step(key) {
  const { places } = drawing.layout;
  const from = places.has(state.selected) ? state.selected : null;
  if (from === null) return select(nearestToMiddle());
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const way = key === "ArrowLeft" ? NEEDS : NEEDED_BY;
    const next = from[way.edges].map((edge) => edge[way.end]).filter((object) => places.has(object));
    const height = (object) => Math.abs(places.get(object).y - places.get(from).y);
    if (next.length > 0) select(next.reduce((best, object) => (height(object) < height(best) ? object : best)));
    return;
  }
  const sign = key === "ArrowDown" ? 1 : -1;
  const here = places.get(from);
  let [best, distance] = [null, Infinity];
  for (const [object, place] of places) {
    const away = (place.y - here.y) * sign;
    if (place.x === here.x && away > 0 && away < distance) [best, distance] = [object, away];
  }
  if (best !== null) select(best);
}

function nearestToMiddle() {
  const { width, height } = drawing.size;
  const away = (object) => {
    const at = drawing.onScreen(object);
    return Math.hypot(at.x - width / 2, at.y - height / 2);
  };
  return [...drawing.layout.places.keys()].reduce((best, object) => (best === null || away(object) < away(best) ? object : best), null);
}

function back() {
  if (!page.keys.hidden) toggleKeys();
  else if (state.isAround) setAround(false);
  else if (state.selected !== null) select(null);
}

function toggleKeys() {
  page.keys.hidden = !page.keys.hidden;
  page.help.setAttribute("aria-expanded", String(!page.keys.hidden));
}

const PAN = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
document.addEventListener("keydown", (event) => {
  const inField = event.target.closest?.("input, select, pre");
  if (event.ctrlKey || event.metaKey || event.altKey || (inField && event.key !== "Escape")) return;
  const onCanvas = event.target === page.canvas || event.target === document.body;
  if (event.key in PAN && onCanvas) event.shiftKey ? drawing.move(...PAN[event.key]) : step(event.key);
  else if (event.key === "/") page.search.focus(), page.search.select();
  else if (event.key === "+" || event.key === "=") drawing.zoomAt(1.25);
  else if (event.key === "-") drawing.zoomAt(0.8);
  else if (event.key === "0") drawing.fit();
  else if (event.key === "a") setAround(true);
  else if (event.key === "e") setAround(false);
  else if (event.key === "?") toggleKeys();
  else if (event.key === "Escape") back();
  else return;
  event.preventDefault();
});

page.everything.onclick = () => setAround(false);
page.around.onclick = () => setAround(true);
page.steps.onchange = () => setAround(true);
page.in.onclick = () => drawing.zoomAt(1.25);
page.out.onclick = () => drawing.zoomAt(0.8);
page.fit.onclick = () => drawing.fit();
page.help.onclick = toggleKeys;

/* The beginning */

function legend() {
  const counts = new Map();
  for (const { kind } of graph.objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1]);
  page.legend.replaceChildren(
    ...kinds.map(([kind, count]) => {
      const button = element("button", { title: "Hide or show", onclick: () => (show(kind, state.hidden.has(kind)), arrange(), drawing.fit()) }, dot(kind), ` ${kind} ${count.toLocaleString("en")}`);
      button.dataset.kind = kind;
      button.setAttribute("aria-pressed", String(!state.hidden.has(kind)));
      return button;
    }),
  );
  const words = { catalog: "the catalog has it", declared: "a file declares it", error: "an error told of it", text: "a body names it" };
  const used = new Set(graph.edges.map((edge) => edge.known));
  page.ways.replaceChildren(...Object.keys(words).filter((known) => used.has(known)).map((known) => element("span", { className: known, textContent: words[known] })));
}

function selectFromAddress() {
  const name = decodeURIComponent(location.hash.slice(1));
  const object = graph.objects.find((object) => object.name === name) ?? null;
  if (object !== state.selected) select(object);
}

function begin() {
  page.summary.textContent = `${number(graph.objects.length, "object")}, ${number(graph.edges.length, "edge")}`;
  legend();
  drawing.resize();
  arrange();
  drawing.fit();
  describe();
  const about = JSON.parse(page.data.textContent).about;
  if (location.hash.length > 1) selectFromAddress();
  else if (about !== null) select(graph.objects[about]);
}

window.addEventListener("popstate", selectFromAddress);
window.addEventListener("hashchange", selectFromAddress);
new ResizeObserver(() => {
  drawing.resize();
  if (!drawing.isFitted) return;
  arrange();
  drawing.fit();
}).observe(page.drawing);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  drawing.readColours();
  legend();
  describe();
  drawing.request();
});
begin();
