"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = JSON.parse(document.body.dataset.words);
  const language = document.documentElement.lang;
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v;
  };

  // Sorting: empty values stay last in both directions.
  const sort = (table, column, numeric, descending) => {
    const sign = descending ? -1 : 1;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [value(row, column), row]);
    rows.sort(([a], [b]) => {
      if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
      return sign * (numeric ? Number(a) - Number(b) : a.localeCompare(b, language));
    });
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of all("table[data-sortable]")) {
    for (const button of all("button[data-sort]", table)) {
      button.addEventListener("click", () => {
        const head = button.closest("th");
        const numeric = button.dataset.kind === "n";
        const now = head.getAttribute("aria-sort");
        const first = numeric && !head.classList.contains("rank") ? "descending" : "ascending";
        const next = now === null ? first : now === "ascending" ? "descending" : "ascending";
        for (const other of all("th", table)) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", next);
        sort(table, Number(button.dataset.sort), numeric, next === "descending");
      });
    }
  }

  // One pressed button of a group.
  const press = (buttons, pressed) => {
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === pressed));
  };

  // Search and filter inside a table.
  for (const input of all("input[data-rows]")) {
    const id = input.dataset.rows;
    const rows = [...document.getElementById(id).tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const tags = rows.map((row) => (row.dataset.tags || "").split(" "));
    const chips = all(`[data-filter="${id}"] button`);
    const told = document.querySelector(`[data-shown-of="${id}"]`);
    let tag = "";
    const filter = () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !texts[index].includes(wanted) || (tag !== "" && !tags[index].includes(tag));
        if (!row.hidden) shown += 1;
      });
      told.textContent = told.dataset.template.replace("#", String(shown));
    };
    input.addEventListener("input", filter);
    for (const chip of chips) {
      chip.addEventListener("click", () => { tag = chip.dataset.tag; press(chips, chip); filter(); });
    }
  }

  // The overview: search box, source chips and state chips together.
  const finder = document.querySelector("[data-finder]");
  if (finder) {
    const input = finder.querySelector("[data-search]");
    const chips = all("button[data-source]", finder);
    const states = all("button[data-tag]", finder);
    const found = finder.querySelector("[data-found]");
    let source = "";
    const filter = () => {
      const wanted = input.value.trim().toLowerCase();
      const asked = states.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.tag);
      let shown = 0;
      for (const group of all("[data-group]")) {
        let here = 0;
        for (const tile of all(".tile", group)) {
          const tags = tile.dataset.tags.split(" ");
          tile.hidden = (source && group.dataset.group !== source) || !tile.dataset.text.includes(wanted)
            || !asked.every((tag) => tags.includes(tag));
          if (!tile.hidden) here += 1;
        }
        group.hidden = here === 0;
        shown += here;
      }
      found.textContent = found.dataset.template.replace("#", String(shown));
      finder.querySelector("[data-none]").hidden = shown > 0;
    };
    input.addEventListener("input", filter);
    for (const chip of chips) {
      chip.addEventListener("click", () => { source = chip.dataset.source; press(chips, chip); filter(); });
    }
    for (const chip of states) {
      chip.addEventListener("click", () => {
        chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
        filter();
      });
    }
  }

  // Copy buttons beside SQL and commands. Plain http has no clipboard: there the text is selected and copied the old way.
  const copy = async (code) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(code.textContent);
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (!document.execCommand("copy")) throw new Error("not copied");
  };
  for (const pre of all(".sql pre, pre.command")) {
    const button = make("button", { type: "button", className: "copy", textContent: words.copy });
    button.addEventListener("click", () => copy(pre.querySelector("code")).then(
      () => { button.textContent = words.copied; setTimeout(() => { button.textContent = words.copy; }, 2000); },
      () => { pre.focus(); },
    ));
    pre.before(make("div", { className: "copybar" }, button));
  }

  // Charts: what a pointer, a finger or the arrow keys stand on is read out under the chart.
  const number = (options) => {
    const format = new Intl.NumberFormat(language, options);
    return (figure) => format.format(figure);
  };
  const formats = {
    share: number({ style: "percent", maximumFractionDigits: 1 }),
    count: number({ maximumFractionDigits: 0 }),
    units: number({ maximumFractionDigits: 0 }),
    rank: (rank) => `#${rank}`,
  };
  const formatOf = (kind) => {
    if (!kind.startsWith("money:")) return formats[kind];
    const currency = kind.slice(6);
    return number(currency ? { style: "currency", currency } : { maximumFractionDigits: 2 });
  };
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const figure = (line, at, say) => {
    const shown = line.v[at];
    if (shown === null) return words.none;
    const [low, high] = [line.l ? line.l[at] : null, line.h ? line.h[at] : null];
    if (high === "+") return `≥ ${say(shown)}`;
    if (high === null || (low === high && low === shown)) return say(shown);
    return low === shown ? `${say(low)}–${say(high)}` : `${say(shown)} (${say(low)}–${say(high)})`;
  };
  const follow = (plot, count, nearest, show) => {
    const canvas = plot.querySelector(".canvas");
    let now = count - 1;
    const go = (index) => { now = Math.min(Math.max(index, 0), count - 1); show(now); };
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      const [x, y] = [100 * (event.clientX - box.left) / box.width, 100 * (box.bottom - event.clientY) / box.height];
      go(nearest(x, y, box));
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.tabIndex = 0;
    canvas.addEventListener("focus", () => go(now));
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      go(now + step);
    });
  };
  const readout = (plot) => {
    const told = make("p", { className: "readout", textContent: words.read });
    told.setAttribute("aria-live", "polite");
    plot.append(told);
    return told;
  };

  for (const plot of all("[data-plot]")) {
    const data = JSON.parse(plot.dataset.hover);
    const say = formatOf(plot.dataset.kind);
    const start = Date.parse(`${data.from}T00:00:00Z`);
    const day = (at) => date.format(start + 864e5 * data.days[at]);
    const canvas = plot.querySelector(".canvas");
    const hair = make("i", { className: "hair", hidden: true });
    canvas.append(hair);
    const told = readout(plot);
    const [bottom, top] = data.scale;
    follow(plot, data.x.length, (x) => {
      let best = 0;
      data.x.forEach((place, at) => { if (Math.abs(place - x) < Math.abs(data.x[best] - x)) best = at; });
      return best;
    }, (at) => {
      hair.hidden = false;
      hair.style.left = `${data.x[at]}%`;
      hair.replaceChildren(...data.lines.filter((line) => line.v[at] !== null).map((line) => {
        const dot = make("i", { className: `c${line.colour}` });
        dot.style.bottom = `${Math.min(100 * (line.v[at] - bottom) / (top - bottom), 100)}%`;
        return dot;
      }));
      told.replaceChildren(make("b", { textContent: day(at) }), ...data.lines.map((line) => make("span", { dir: "auto" },
        make("i", { className: `dot c${line.colour}` }), ` ${line.name} `, make("b", { textContent: figure(line, at, say) }))));
    });

    // The same figures as a table, made when it is asked for.
    const button = make("button", { type: "button", className: "as-table", textContent: words.table });
    button.setAttribute("aria-expanded", "false");
    let table = null;
    button.addEventListener("click", () => {
      if (!table) {
        const head = make("tr", {}, ...[words.day, ...data.lines.map((line) => line.name)].map((text) =>
          make("th", { scope: "col", dir: "auto", textContent: text })));
        const rows = data.x.map((_, at) => make("tr", {}, make("th", { scope: "row", textContent: day(at) }),
          ...data.lines.map((line) => make("td", { className: "n", textContent: figure(line, at, say) }))));
        table = make("div", { className: "scroll", tabIndex: 0, hidden: true },
          make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows.reverse())));
        table.setAttribute("role", "group");
        table.setAttribute("aria-label", canvas.getAttribute("aria-label"));
        button.after(table);
      }
      table.hidden = !table.hidden;
      button.setAttribute("aria-expanded", String(!table.hidden));
      button.textContent = table.hidden ? words.table : words.hide;
    });
    plot.append(button);
  }

  // The market map: the nearest spot, told with the words of its row in the ranking.
  for (const plot of all("[data-map]")) {
    const spots = JSON.parse(plot.dataset.spots).sort((a, b) => a[1] - b[1]);
    const rows = [...document.getElementById(plot.dataset.map).tBodies[0].rows];
    const ring = make("i", { className: "ring", hidden: true });
    plot.querySelector(".canvas").append(ring);
    const told = readout(plot);
    const text = (row, selector) => row.querySelector(selector).textContent.replace(/\s+/g, " ").trim();
    follow(plot, spots.length, (x, y, box) => {
      const far = ([, left, up]) => Math.hypot((left - x) * box.width, (up - y) * box.height);
      let best = 0;
      spots.forEach((spot, at) => { if (far(spot) < far(spots[best])) best = at; });
      return best;
    }, (at) => {
      const [row, left, up] = spots[at];
      ring.hidden = false;
      ring.style.left = `${left}%`;
      ring.style.bottom = `${up}%`;
      const link = rows[row].querySelector(".title a");
      const title = link ? make("a", { href: link.href }) : make("b");
      title.textContent = text(rows[row], ".title");
      title.dir = "auto";
      told.replaceChildren(make("b", { textContent: `#${at + 1}` }), title,
        make("span", { textContent: text(rows[row], "td.price") }), make("span", { textContent: text(rows[row], "td.sales") }));
      told.firstChild.textContent = `#${rows[row].querySelector(".rank b").textContent}`;
    });
  }

  // The other language keeps the place on the page.
  for (const link of all("a[data-language]")) {
    link.addEventListener("click", () => { link.hash = location.hash; });
  }

  // Paper can't be unfolded: everything but the SQL is open while printing.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open]):not(.sql)");
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
})();
