// The graph as values, and pure functions over it: what can be reached, what a search finds, where objects are drawn.

const NODE = { width: 190, height: 24 }; // The width is made to fit the names.
const GAP = { row: 8, mostRow: 30, column: 14, level: 84 };
const BENDS = 900; // At most so many places where a long edge goes between the objects of a column.

/** The objects with their edges to each other, from what was written into the page. */
function readGraph(data) {
  const objects = data.objects.map(([name, summary, path, line, sql], id) => {
    const dot = name.indexOf(".");
    return {
      id, name, sql, kind: name.slice(0, Math.max(dot, 0)), label: summary ?? name.slice(dot + 1), shown: summary ?? name,
      place: path === null ? "" : line > 0 ? `${path}:${line}` : path, needs: [], neededBy: [],
    };
  });
  const edges = data.edges.map(([object, needs, known]) => {
    const edge = { object: objects[object], needs: objects[needs], known: data.known[known] };
    edge.object.needs.push(edge);
    edge.needs.neededBy.push(edge);
    return edge;
  });
  for (const object of objects) {
    object.lowerName = object.shown.toLowerCase();
    object.lowerLabel = object.label.toLowerCase();
    object.lowerPlace = object.place.toLowerCase();
    object.lowerSql = object.sql.toLowerCase();
  }
  return { objects, edges };
}

const NEEDS = { edges: "needs", end: "needs" };
const NEEDED_BY = { edges: "neededBy", end: "object" };

/** What can be reached from an object, itself left out, with the distance; `steps` 0: as far as it goes. */
function reachable(from, way, steps = 0) {
  const distance = new Map([[from, 0]]);
  let level = [from];
  for (let step = 1; level.length > 0 && (steps === 0 || step <= steps); step++) {
    const next = [];
    for (const object of level) {
      for (const edge of object[way.edges]) {
        const other = edge[way.end];
        if (!distance.has(other)) {
          distance.set(other, step);
          next.push(other);
        }
      }
    }
    level = next;
  }
  distance.delete(from);
  return distance;
}

/** The objects in which every word of the text occurs, the best first: in the name, then in the file, then in the SQL. */
function found(objects, text) {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return [];
  const ranked = [];
  for (const object of objects) {
    let rank = 0;
    for (const word of words) {
      const one = wordRank(object, word);
      rank = one === null ? null : rank + one;
      if (rank === null) break;
    }
    if (rank !== null) ranked.push([rank, object]);
  }
  ranked.sort(([a, one], [b, other]) => a - b || one.label.length - other.label.length || one.id - other.id);
  return ranked.map(([, object]) => object);
}

function wordRank(object, word) {
  if (object.lowerLabel === word || object.lowerName === word) return 0;
  if (object.lowerLabel.startsWith(word)) return 1;
  const at = object.lowerName.indexOf(word);
  if (at >= 0) return at === 0 || !/[a-z0-9]/.test(object.lowerName[at - 1]) ? 2 : 3;
  if (object.lowerPlace.includes(word)) return 5;
  return object.lowerSql.includes(word) ? 8 : null;
}

/** How many steps around an object can be shown so that all of it can be read; at least one. */
function readableSteps(centre, isVisible, most) {
  const distances = [NEEDS, NEEDED_BY].flatMap((way) => [...reachable(centre, way)].filter(([object]) => isVisible(object)).map(([, distance]) => distance));
  const farthest = distances.reduce((far, distance) => Math.max(far, distance), 1);
  let steps = 1;
  while (steps < farthest && distances.filter((distance) => distance <= steps + 1).length <= most) steps++;
  return steps;
}

/** For each object the length of the longest way along `way` within `members`; an edge that closes a circle does not count. */
function longestWays(members, way) {
  const level = new Map();
  const isOpen = new Set();
  for (const first of members) {
    const stack = level.has(first) ? [] : [{ object: first, next: 0, deepest: 0 }];
    if (stack.length > 0) isOpen.add(first);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const edge = top.object[way.edges][top.next++];
      if (edge === undefined) {
        level.set(top.object, top.deepest);
        isOpen.delete(top.object);
        stack.pop();
        if (stack.length > 0) stack[stack.length - 1].deepest = Math.max(stack[stack.length - 1].deepest, top.deepest + 1);
        continue;
      }
      const other = edge[way.end];
      if (!members.has(other) || isOpen.has(other)) continue;
      if (level.has(other)) top.deepest = Math.max(top.deepest, level.get(other) + 1);
      else {
        isOpen.add(other);
        stack.push({ object: other, next: 0, deepest: 0 });
      }
    }
  }
  return level;
}

/** Everything in layers: what needs nothing on the left, each object to the right of all that it needs. */
function layoutAll(objects, room) {
  const members = new Set(objects);
  const isAlone = (object) => !object.needs.some((edge) => members.has(edge.needs)) && !object.neededBy.some((edge) => members.has(edge.object));
  const alone = objects.filter(isAlone);
  const levels = [];
  for (const [object, level] of longestWays(members, NEEDS)) {
    if (!isAlone(object)) (levels[level] ??= []).push(object);
  }
  const heading = (name) => (count) => ({ text: `${name} (${count})`, short: `${count}` });
  const groups = levels.map((group, level) => ({ heading: heading(level === 0 ? "needs nothing" : `level ${level}`), objects: group }));
  if (alone.length > 0) groups.push({ heading: heading("unconnected"), objects: alone });
  return placed(groups, room);
}

/** One object in the middle, what it needs on the left, what needs it on the right. */
function layoutAround(centre, steps, isVisible, room) {
  const side = (way) => {
    const members = new Set([centre, ...[...reachable(centre, way, steps).keys()].filter(isVisible)]);
    return { members, way };
  };
  const [left, right] = [side(NEEDS), side(NEEDED_BY)];
  // What is on both sides is part of a circle: it stays where it is needed.
  for (const object of left.members) if (object !== centre) right.members.delete(object);
  const levels = new Map([[0, [centre]]]);
  const take = ({ members, way }, sign) => {
    const opposite = way === NEEDS ? NEEDED_BY : NEEDS;
    const open = new Map();
    // The longest way from the centre, found from the other end; the centre itself closes every circle.
    for (const [object, level] of longestWays(new Set([...members].filter((object) => object !== centre)), opposite)) open.set(object, level + 1);
    for (const [object, level] of open) {
      if (!levels.has(sign * level)) levels.set(sign * level, []);
      levels.get(sign * level).push(object);
    }
  };
  take(left, -1);
  take(right, 1);
  const order = [...levels.keys()].sort((a, b) => a - b);
  const count = ({ members }) => members.size - (members.has(centre) ? 1 : 0);
  const named = (text) => () => ({ text, short: text });
  const heading = (level) => (level === -1 ? named(`needs ${count(left)}`) : level === 1 ? named(`needed by ${count(right)}`) : null);
  return placed(order.map((level) => ({ heading: heading(level), objects: levels.get(level) })), room);
}

/** Places groups as columns from left to right, wrapped so that the whole is as large in the window (`room`) as it can be. */
function placed(groups, room) {
  const items = linked(groups);
  sortByNeighbours(items);
  const { rows, width, zoom } = bestRows(items, room);
  // What room there is below each other goes to the edges.
  const row = NODE.height + Math.max(GAP.row, Math.min(GAP.mostRow, room.height / zoom / rows - NODE.height));
  const height = rows * row;
  const places = new Map();
  const bends = new Map();
  const headings = [];
  let left = 0;
  groups.forEach(({ heading }, level) => {
    const group = items[level];
    const columns = Math.ceil(group.length / rows);
    // Even columns: the last one is not left nearly empty.
    const tall = Math.ceil(group.length / columns);
    const top = (height - tall * row) / 2;
    group.forEach((item, at) => {
      const place = { x: left + Math.floor(at / tall) * (NODE.width + GAP.column), y: top + (at % tall) * row };
      if (item.object) places.set(item.object, place);
      else bends.set(item.edge, [...(bends.get(item.edge) ?? []), place]);
    });
    const columnsWidth = columns * (NODE.width + GAP.column) - GAP.column;
    const count = group.filter((item) => item.object).length;
    if (heading !== null) headings.push({ ...heading(count), x: left, y: top - 12, width: columnsWidth });
    left += columnsWidth + GAP.level;
  });
  return { places, bends, headings, width, height: Math.max(height - row + NODE.height, NODE.height) };
}

/**
 * What stands in the columns: the objects, and the places where edges pass that are longer than from one column to the next;
 * each with its neighbours on both sides.
 */
function linked(groups) {
  const levels = new Map();
  const items = groups.map(({ objects }, level) =>
    objects.map((object) => {
      const item = { object, edge: null, left: [], right: [], at: 0 };
      levels.set(object, { level, item });
      return item;
    }),
  );
  const edges = [...levels.keys()].flatMap((object) => object.needs.filter((edge) => levels.has(edge.needs)));
  const span = (edge) => levels.get(edge.object).level - levels.get(edge.needs).level;
  const hasBends = edges.reduce((sum, edge) => sum + Math.max(0, span(edge) - 1), 0) <= BENDS;
  for (const edge of edges) {
    const [from, to] = [levels.get(edge.object), levels.get(edge.needs)];
    let before = to.item;
    for (let level = to.level + 1; hasBends && level < from.level; level++) {
      const bend = { object: null, edge, left: [before], right: [], at: 0 };
      before.right.push(bend);
      items[level].push(bend);
      before = bend;
    }
    before.right.push(from.item);
    from.item.left.push(before);
  }
  return items;
}

function bestRows(items, room) {
  const most = Math.max(1, ...items.map((group) => group.length));
  let best = { rows: most, width: NODE.width, zoom: 0 };
  for (let rows = 1; rows <= most; rows++) {
    const columns = items.reduce((sum, group) => sum + Math.ceil(group.length / rows), 0);
    const width = columns * (NODE.width + GAP.column) - items.length * GAP.column + (items.length - 1) * GAP.level;
    const zoom = Math.min(room.width / width, room.height / (rows * (NODE.height + GAP.row)), 1.15);
    if (zoom >= best.zoom) best = { rows, width, zoom };
  }
  return best;
}

/** Orders each column by where the neighbours are (the barycentre method of Sugiyama, Tagawa and Toda, 1981). */
function sortByNeighbours(items) {
  const settle = (group) => group.forEach((item, at) => (item.at = (at + 0.5) / group.length));
  const kind = (item) => (item.object ? item.object.kind : "");
  for (const group of items) {
    group.sort((a, b) => (kind(a) < kind(b) ? -1 : kind(a) > kind(b) ? 1 : 0));
    settle(group);
  }
  const sweep = (groups, side) => {
    for (const group of groups) {
      for (const item of group) {
        item.wanted = item[side].length === 0 ? item.at : item[side].reduce((sum, other) => sum + other.at, 0) / item[side].length;
      }
      group.sort((a, b) => a.wanted - b.wanted);
      settle(group);
    }
  };
  const backwards = [...items].reverse();
  for (let round = 0; round < 6; round++) {
    sweep(items, "left");
    sweep(backwards, "right");
  }
}
