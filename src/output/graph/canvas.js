// Draws the graph on a canvas, and knows where on the screen everything is.

const NAMED = 0.42; // From this zoom on names can be read.
const MARGIN = { side: 30, top: 56, bottom: 48 };
const MANY = 1500; // More edges than this are left out while the picture moves.

class Drawing {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.camera = { x: 0, y: 0, zoom: 1 };
    this.layout = { places: new Map(), bends: new Map(), headings: [], width: 1, height: 1 };
    this.edges = [];
    this.emphasis = null;
    this.hovered = null;
    this.labels = new Map();
    this.isMoving = false;
    this.readColours();
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    this.colours = new Proxy({}, { get: (known, name) => (known[name] ??= style.getPropertyValue(`--${String(name)}`).trim()) });
    this.font = getComputedStyle(document.body).fontFamily;
  }

  kindColour(kind) {
    return this.colours[`k-${kind.replaceAll(" ", "-")}`] || this.colours["k-other"];
  }

  /** The room for the graph in the window. */
  get room() {
    const { width, height } = this.size;
    return { width: Math.max(width - 2 * MARGIN.side, 100), height: Math.max(height - MARGIN.top - MARGIN.bottom, 100) };
  }

  /** Makes objects as wide as most of these need for their names. */
  measure(objects) {
    this.context.font = `14px ${this.font}`;
    const widths = objects.map((object) => this.context.measureText(object.label.slice(0, 60)).width).sort((a, b) => a - b);
    const most = widths[Math.floor((widths.length - 1) * 0.97)] ?? 0;
    const width = Math.round(Math.min(260, Math.max(84, most + 24)));
    this.labels.clear();
    NODE.width = width;
  }

  /** Shows a layout; the edges are those between its objects. */
  show(layout, edges) {
    this.layout = layout;
    this.edges = edges.filter((edge) => layout.places.has(edge.object) && layout.places.has(edge.needs));
    this.request();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.request();
  }

  get size() {
    return { width: Math.max(1, this.canvas.clientWidth), height: Math.max(1, this.canvas.clientHeight) };
  }

  /** The whole layout in the window, not larger than life. */
  fit() {
    const { width, height } = this.room;
    const zoom = Math.max(Math.min(width / this.layout.width, height / this.layout.height, 1.15), 0.02);
    const x = MARGIN.side + (width - this.layout.width * zoom) / 2;
    this.camera = { zoom, x, y: MARGIN.top + (height - this.layout.height * zoom) / 2 };
    this.isFitted = true;
    this.request();
  }

  /** Brings an object into the middle, large enough to be read. */
  centre(object) {
    const place = this.layout.places.get(object);
    if (!place) return;
    const { width, height } = this.size;
    const zoom = Math.max(this.camera.zoom, 0.8);
    this.isFitted = false;
    this.camera = { zoom, x: width / 2 - (place.x + NODE.width / 2) * zoom, y: height / 2 - (place.y + NODE.height / 2) * zoom };
    this.request();
  }

  /** Moves the picture no more than needed to have an object in sight. */
  reveal(object) {
    const place = this.layout.places.get(object);
    if (!place) return;
    if (this.camera.zoom < NAMED) return this.centre(object);
    const { width, height } = this.size;
    const [x, y] = [place.x * this.camera.zoom + this.camera.x, place.y * this.camera.zoom + this.camera.y];
    const [w, h] = [NODE.width * this.camera.zoom, NODE.height * this.camera.zoom];
    this.camera.x += Math.max(0, 20 - x) - Math.max(0, x + w + 20 - width);
    this.camera.y += Math.max(0, 60 - y) - Math.max(0, y + h + 60 - height);
    this.request();
  }

  zoomAt(factor, x = this.size.width / 2, y = this.size.height / 2) {
    const zoom = Math.min(4, Math.max(0.02, this.camera.zoom * factor));
    const ratio = zoom / this.camera.zoom;
    this.camera = { zoom, x: x - (x - this.camera.x) * ratio, y: y - (y - this.camera.y) * ratio };
    this.moved();
  }

  move(dx, dy) {
    this.camera.x += dx;
    this.camera.y += dy;
    this.moved();
  }

  /** While the picture moves, what takes long is left out. */
  moved() {
    this.isFitted = false;
    this.isMoving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.isMoving = false;
      this.request();
    }, 140);
    this.request();
  }

  /** The object at a point of the canvas. */
  at(x, y) {
    const [left, top] = [(x - this.camera.x) / this.camera.zoom, (y - this.camera.y) / this.camera.zoom];
    const slack = Math.min(GAP.row / 2, 3 / this.camera.zoom);
    for (const [object, place] of this.layout.places) {
      if (left >= place.x && left <= place.x + NODE.width && top >= place.y - slack && top <= place.y + NODE.height + slack) return object;
    }
    return null;
  }

  /** Where an object is on the canvas. */
  onScreen(object) {
    const place = this.layout.places.get(object);
    return place && { x: (place.x + NODE.width / 2) * this.camera.zoom + this.camera.x, y: (place.y + NODE.height / 2) * this.camera.zoom + this.camera.y };
  }

  request() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    const { context, camera } = this;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = this.colours.paper;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(ratio * camera.zoom, 0, 0, ratio * camera.zoom, ratio * camera.x, ratio * camera.y);
    const { width, height } = this.size;
    this.view = { left: -camera.x / camera.zoom, top: -camera.y / camera.zoom, right: (width - camera.x) / camera.zoom, bottom: (height - camera.y) / camera.zoom };
    this.drawEdges();
    this.drawHeadings();
    this.drawObjects();
  }

  drawHeadings() {
    const { context, camera } = this;
    // Not larger than the columns are apart: a heading must not run into the next one.
    const size = Math.min(13 / Math.min(camera.zoom, 1), 90);
    context.font = `600 ${size}px ${this.font}`;
    context.fillStyle = this.colours.faint;
    context.textBaseline = "bottom";
    context.textAlign = "left";
    context.strokeStyle = this.colours.paper;
    context.lineWidth = size / 3;
    context.lineJoin = "round";
    let end = -Infinity;
    for (const { text, short, x, y, width } of this.layout.headings) {
      const room = width + GAP.level * 0.8;
      const shown = [text, short, ""].find((text) => context.measureText(text).width <= room);
      if (x < end || shown === "") continue;
      // Edges pass behind it.
      context.strokeText(shown, x, y);
      context.fillText(shown, x, y);
      end = x + context.measureText(shown).width;
    }
  }

  drawEdges() {
    const { context, emphasis, camera } = this;
    const strong = [];
    const base = [];
    for (const edge of this.edges) {
      const role = emphasis?.edges.get(edge) ?? (this.hovered && (edge.object === this.hovered || edge.needs === this.hovered) ? (edge.object === this.hovered ? "needs" : "needed") : null);
      if (role) strong.push([edge, role]);
      else base.push(edge);
    }
    if (!(this.isMoving && base.length > MANY)) {
      const alpha = Math.min(0.75, 14 / Math.sqrt(base.length + 1) + 0.02) * (emphasis ? 0.35 : 1);
      context.globalAlpha = Math.max(alpha, 0.07);
      context.strokeStyle = this.colours.edge;
      context.lineWidth = Math.max(1, 0.7 / camera.zoom);
      this.strokeByKnown(base);
    }
    context.globalAlpha = 1;
    for (const role of ["needs", "needed"]) {
      const edges = strong.filter(([, of]) => of === role).map(([edge]) => edge);
      context.strokeStyle = this.colours[role];
      context.fillStyle = this.colours[role];
      const near = edges.filter((edge) => edge.object === emphasis?.centre || edge.needs === emphasis?.centre || edge.object === this.hovered || edge.needs === this.hovered);
      const isNear = new Set(near);
      const far = edges.filter((edge) => !isNear.has(edge));
      context.globalAlpha = Math.max(0.25, Math.min(0.8, 20 / Math.sqrt(far.length + 1)));
      context.lineWidth = Math.max(1.1, 0.8 / camera.zoom);
      this.strokeByKnown(far);
      context.globalAlpha = 1;
      context.lineWidth = Math.max(2, 1.4 / camera.zoom);
      this.strokeByKnown(near);
      if (camera.zoom > 0.25) near.forEach((edge) => this.drawArrow(edge));
      if (camera.zoom > NAMED && far.length < 200) far.forEach((edge) => this.drawArrow(edge));
    }
  }

  strokeByKnown(edges) {
    const { context } = this;
    const dashes = { catalog: [], declared: [], error: [7, 5], text: [1.5, 4] };
    const width = context.lineWidth;
    for (const [known, dash] of Object.entries(dashes)) {
      context.setLineDash(this.camera.zoom > 0.2 ? dash : []);
      context.lineWidth = known === "declared" ? width * 1.8 : width;
      context.beginPath();
      for (const edge of edges) if (edge.known === known) this.trace(edge);
      context.stroke();
    }
    context.setLineDash([]);
    context.lineWidth = width;
  }

  /** The curve from an object's left side to the right side of what it needs, by way of the places where it passes others. */
  trace(edge) {
    const [from, to] = [this.layout.places.get(edge.object), this.layout.places.get(edge.needs)];
    const middle = NODE.height / 2;
    let [x, y] = [to.x + NODE.width, to.y + middle];
    for (const bend of this.layout.bends.get(edge) ?? []) {
      this.curve(x, y, bend.x, bend.y + middle);
      this.context.lineTo(bend.x + NODE.width, bend.y + middle);
      [x, y] = [bend.x + NODE.width, bend.y + middle];
    }
    this.curve(x, y, from.x, from.y + middle);
  }

  curve(x1, y1, x2, y2) {
    const { left, right, top, bottom } = this.view;
    // What goes backwards (a circle) or stays in its column goes out in a bow.
    const reach = x2 >= x1 ? Math.max((x2 - x1) / 2, 24) : 90;
    if (Math.max(x1, x2) + reach < left || Math.min(x1, x2) - reach > right || Math.max(y1, y2) < top || Math.min(y1, y2) > bottom) {
      this.context.moveTo(x2, y2);
      return;
    }
    this.context.moveTo(x1, y1);
    this.context.bezierCurveTo(x1 + reach, y1, x2 - reach, y2, x2, y2);
  }

  drawArrow(edge) {
    const to = this.layout.places.get(edge.needs);
    const [x, y] = [to.x + NODE.width, to.y + NODE.height / 2];
    this.context.beginPath();
    this.context.moveTo(x, y);
    this.context.lineTo(x + 9, y - 4.5);
    this.context.lineTo(x + 9, y + 4.5);
    this.context.fill();
  }

  drawObjects() {
    const { context, camera, emphasis, view } = this;
    const isNamed = camera.zoom >= NAMED;
    // From afar the letters fill their boxes.
    const size = camera.zoom > 0.95 ? 12 : camera.zoom > 0.75 ? 14 : 16;
    context.font = `${size}px ${this.font}`;
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const [object, { x, y }] of this.layout.places) {
      if (x > view.right || x + NODE.width < view.left || y > view.bottom || y + NODE.height < view.top) continue;
      const colour = this.kindColour(object.kind);
      const role = emphasis?.objects.get(object);
      context.globalAlpha = emphasis && role === undefined ? (isNamed ? 0.3 : 0.16) : 1;
      if (!isNamed) {
        context.fillStyle = role === "centre" ? this.colours.ink : colour;
        context.fillRect(x, y, NODE.width, NODE.height);
        if (role === "centre" || role === "hit") this.ring(x, y, role === "centre" ? this.colours.ink : this.colours.needed, 3 / camera.zoom);
        continue;
      }
      context.fillStyle = this.colours.node;
      context.strokeStyle = role === "needs" || role === "needed" ? this.colours[role] : role === "hit" ? this.colours.needed : colour;
      context.lineWidth = role ? 1.6 : 1;
      context.beginPath();
      context.roundRect(x, y, NODE.width, NODE.height, 5);
      context.fill();
      context.stroke();
      context.fillStyle = colour;
      context.fillRect(x, y + 3, 5, NODE.height - 6);
      context.fillStyle = this.colours.ink;
      context.fillText(this.label(object, size), x + 12, y + NODE.height / 2 + 0.5);
      if (role === "centre" || object === this.hovered) this.ring(x, y, role === "centre" ? this.colours.ink : this.colours.accent, 2);
    }
    context.globalAlpha = 1;
  }

  ring(x, y, colour, width) {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.roundRect(x - width, y - width, NODE.width + 2 * width, NODE.height + 2 * width, 6);
    context.stroke();
  }

  /** As much of a name as there is room for, in letters of this size, which are set. */
  label(object, size) {
    const key = `${size} ${object.id}`;
    let label = this.labels.get(key);
    if (label === undefined) {
      const room = NODE.width - 20;
      label = object.label.replaceAll(/\s+/g, " ");
      if (this.context.measureText(label).width > room) {
        let [short, long] = [0, label.length];
        while (short + 1 < long) {
          const middle = (short + long) >> 1;
          if (this.context.measureText(`${label.slice(0, middle)}…`).width <= room) short = middle;
          else long = middle;
        }
        label = `${label.slice(0, short)}…`;
      }
      this.labels.set(key, label);
    }
    return label;
  }
}
