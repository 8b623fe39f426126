"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
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
      return sign * (numeric ? Number(a) - Number(b) : a.localeCompare(b, document.documentElement.lang));
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

  // Search inside a table.
  for (const input of all("input[data-rows]")) {
    const rows = [...document.getElementById(input.dataset.rows).tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      rows.forEach((row, index) => { row.hidden = !texts[index].includes(wanted); });
    });
  }

  // The overview: search box and source chips together.
  const finder = document.querySelector("[data-finder]");
  if (finder) {
    const input = finder.querySelector("[data-search]");
    const chips = all("button[data-source]", finder);
    const found = finder.querySelector("[data-found]");
    let source = "";
    const filter = () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const group of all("[data-group]")) {
        let here = 0;
        for (const tile of all(".tile", group)) {
          tile.hidden = (source && group.dataset.group !== source) || !tile.dataset.text.includes(wanted);
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
      chip.addEventListener("click", () => {
        source = chip.dataset.source;
        for (const other of chips) other.setAttribute("aria-pressed", String(other === chip));
        filter();
      });
    }
  }
})();
