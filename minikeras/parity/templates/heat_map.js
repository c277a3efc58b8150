// Draws the heat map of a lockstep comparison as a table whose cells are reached by keyboard too.
"use strict";
for (const section of document.querySelectorAll("section.heat")) {
  const data = JSON.parse(section.querySelector("script[type='application/json']").textContent);
  const tool = name => section.querySelector(`[data-tool=${name}]`);
  const map = section.querySelector(".map");
  const about = section.querySelector("output");
  // The upper ends of the colours: four within rounding, four beyond it.
  const measures = {
    factor: { ends: [0.01, 0.1, 0.5, 1, 10, 1e3, 1e5], value: cell => real(cell[2]) },
    relative: { ends: [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2], value: cell => real(cell[1]) },
    ulp: { ends: [1, 4, 16, 64, 1024, 65536, 1048576], value: cell => real(cell[0]) },
  };
  const strings = { inf: Infinity, "-inf": -Infinity, nan: NaN };
  const real = value => typeof value === "string" ? strings[value] : value;
  const short = value => {
    const number = real(value);
    if (number === null || number === undefined) return "–";
    return Number.isFinite(number) && number !== 0 && (Math.abs(number) >= 1e5 || Math.abs(number) < 1e-2)
      ? number.toExponential(1).replace("e+", "e") : String(number);
  };
  const edge = value => value >= 1e5 || value < 0.01 ? value.toExponential(0).replace("e+", "e") : String(value);
  let size = 1.1, cells = [], place = null;

  const colour = cell => {
    if (cell === null) return "none";
    if (cell === 0) return "h0";
    const { ends, value } = measures[tool("measure").value];
    const found = value(cell);
    if (found === null || found === undefined) return "unknown";
    const index = ends.findIndex(end => found <= end);
    return `h${(index < 0 ? ends.length : index) + 1}`;  // NaN is beyond every end
  };

  const words = (row, column) => {
    const [kind, name, layer, form] = data.rows[row];
    const cell = data.cells[tool("mode").value][row][column];
    const where = `Step ${data.steps[column]}, ${kind} ${name} (${form})`;
    if (cell === null) return `${where}: not in this step.`;
    if (cell === 0) return `${where}: bit-equal.`;
    const [ulp, relative, factor, median, absolute, cosine, opinion] = cell;
    const parts = [`${short(relative)} relative`, `largest |a − b| ${short(absolute)}`,
      `${short(ulp)} ULP, median ${short(median)}`, `cosine ${short(cosine)}`];
    if (factor !== null) parts.push(`${short(factor)} of the rounding bound`);
    if (opinion) parts.push(`errors against float64: minikeras ${short(opinion[0])}, Keras ${short(opinion[1])}${opinion[2] ? "" : "; in float64 they compute two formulas"}`);
    return `${where}: ${parts.join("; ")}.${layer && layer !== name ? ` Layer ${layer}.` : ""}`;
  };

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  function draw() {
    const mode = tool("mode").value, kind = tool("kind").value;
    const table = element("table", undefined, { role: "grid", "aria-label": "Differences by step" });
    const head = table.createTHead().insertRow();
    head.append(element("th", "step", { scope: "col" }));
    for (const [column, step] of data.steps.entries())
      head.append(element("th", column === 0 || step % 5 === 0 ? step : "", { scope: "col", "aria-label": `step ${step}` }));
    cells = [];
    let body = null, last = null;
    for (const [row, [its, name]] of data.rows.entries()) {
      const values = data.cells[mode][row];
      if (kind && its !== kind) continue;
      if (tool("unequal").checked && values.every(cell => !cell)) continue;
      if (its !== last) {
        body = table.createTBody();
        body.insertRow().append(element("th", its, { class: "kind", colspan: data.steps.length + 1, scope: "rowgroup" }));
        last = its;
      }
      const line = body.insertRow();
      const label = element("th", undefined, { scope: "row", title: name });
      label.append(element("bdi", name));  // shortened on its left: the end tells more
      line.append(label);
      const made = values.map((cell, column) => {
        const square = element("td", undefined, { class: colour(cell), tabindex: -1 });
        if (mode === "forced" && data.first[0] === data.steps[column] && data.first[1] === its && data.first[2] === name)
          square.classList.add("first");
        square.place = [cells.length, column];
        square.row = row;
        line.append(square);
        return square;
      });
      cells.push(made);
    }
    map.replaceChildren(table);
    const squares = cells.flat();
    const start = squares.find(square => square.classList.contains("first")) || squares[0];
    place = null;
    if (start) select(start, false);
    else about.value = "Every number of every step has the same bits.";
  }

  function select(square, focus) {
    if (place) cells[place[0]][place[1]].tabIndex = -1;
    place = square.place;
    square.tabIndex = 0;
    const text = words(square.row, place[1]);
    square.setAttribute("aria-label", text);
    about.value = text;
    if (focus) square.focus();
  }

  function zoom(factor) {
    size = Math.min(4, Math.max(0.35, size * factor));
    map.style.setProperty("--cell", `${size}rem`);
  }

  function legend() {
    const { ends } = measures[tool("measure").value];
    const labels = ["equal", ...ends.map(end => `≤ ${edge(end)}`), `> ${edge(ends[ends.length - 1])}`];
    section.querySelector(".scale").replaceChildren(...labels.map((label, index) => {
      const item = element("li", label);
      item.prepend(element("i", undefined, { class: `h${index}` }));
      return item;
    }));
  }

  const choices = { mode: Object.entries(data.modes), kind: [["", "all"], ...data.kinds.map(kind => [kind, kind])] };
  for (const [name, options] of Object.entries(choices))
    tool(name).append(...options.map(([value, text]) => element("option", text, { value })));
  if (!data.bounded) {
    tool("measure").querySelector("[value=factor]").remove();
    tool("measure").value = "relative";
  }
  for (const name of ["measure", "mode", "kind", "unequal"])
    tool(name).addEventListener("change", () => { legend(); draw(); });
  tool("in").addEventListener("click", () => zoom(1.4));
  tool("out").addEventListener("click", () => zoom(1 / 1.4));
  map.addEventListener("mouseover", event => { if (event.target.place) about.value = words(event.target.row, event.target.place[1]); });
  map.addEventListener("mouseleave", () => { if (place) about.value = words(cells[place[0]][place[1]].row, place[1]); });
  map.addEventListener("focusin", event => { if (event.target.place) select(event.target, false); });
  map.addEventListener("click", event => { if (event.target.place) select(event.target, true); });
  map.addEventListener("keydown", event => {
    if (!place) return;
    const [row, column] = place, last = data.steps.length - 1;
    const moves = { ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1], ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column], Home: [row, 0], End: [row, last], PageDown: [row + 10, column], PageUp: [row - 10, column] };
    if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (moves[event.key]) {
      const [down, right] = moves[event.key];
      const clamp = (value, most) => Math.min(most, Math.max(0, value));
      select(cells[clamp(down, cells.length - 1)][clamp(right, last)], true);
    } else return;
    event.preventDefault();
  });
  legend();
  draw();
}
