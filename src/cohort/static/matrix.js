// The whole matrix in one scroll: the window that the server sent stands where it belongs in a
// space as large as everything, and another one is fetched when the reader scrolls past it.

const box = document.querySelector(".matrix");
const AROUND = { rows: 12, columns: 8 };
const MOST = 100;

function layOut() {
  const table = box.querySelector("table");
  const space = document.createElement("div");
  const [head, cell] = table.tBodies[0].rows[0].cells;
  const gap = 2;
  const size = {
    row: head.offsetHeight + gap,
    column: cell.offsetWidth + gap,
    left: head.offsetWidth + gap,
    top: table.tHead.offsetHeight + gap,
  };
  space.className = "matrix-space";
  space.style.width = `${size.left + box.dataset.ofColumns * size.column + gap}px`;
  space.style.height = `${size.top + box.dataset.ofRows * size.row + gap}px`;
  table.replaceWith(space);
  space.append(table);
  document.querySelector(".matrix-pages").hidden = true;
  place(table, size);
  box.scrollTo(table.dataset.firstColumn * size.column, table.dataset.firstRow * size.row);
  return size;
}

function place(table, size) {
  table.style.left = `${table.dataset.firstColumn * size.column}px`;
  table.style.top = `${table.dataset.firstRow * size.row}px`;
}

function visible(size) {
  const row = Math.floor(box.scrollTop / size.row);
  const column = Math.floor(box.scrollLeft / size.column);
  return {
    row,
    column,
    rows: Math.ceil((box.clientHeight - size.top) / size.row) + 1,
    columns: Math.ceil((box.clientWidth - size.left) / size.column) + 1,
  };
}

function isThere(table, seen) {
  const row = Number(table.dataset.firstRow);
  const column = Number(table.dataset.firstColumn);
  const lastRow = Math.min(seen.row + seen.rows, box.dataset.ofRows);
  const lastColumn = Math.min(seen.column + seen.columns, box.dataset.ofColumns);
  return row <= seen.row && column <= seen.column
    && row + table.tBodies[0].rows.length >= lastRow
    && column + table.tHead.rows[0].cells.length - 1 >= lastColumn;
}

let asked = null; // what ends the fetching of a window that is not wanted any more
async function follow(size) {
  const table = box.querySelector("table");
  const seen = visible(size);
  if (isThere(table, seen)) return;
  asked?.abort();
  const ours = asked = new AbortController();
  const address = new URL(location.href);
  const wanted = {
    first_row: Math.max(0, seen.row - AROUND.rows),
    rows: Math.min(MOST, seen.rows + 2 * AROUND.rows),
    first_column: Math.max(0, seen.column - AROUND.columns),
    columns: Math.min(MOST, seen.columns + 2 * AROUND.columns),
  };
  for (const [name, value] of Object.entries(wanted)) address.searchParams.set(name, value);
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: ours.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".matrix table");
    if (!fresh) return;
    const focused = table.contains(document.activeElement) && document.activeElement.getAttribute("href");
    place(fresh, size);
    table.replaceWith(fresh);
    document.getElementById("where").textContent = page.getElementById("where").textContent;
    if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  } catch (error) {
    if (error.name !== "AbortError") console.warn("The next part of the matrix did not come.", error);
  } finally {
    if (asked === ours) box.removeAttribute("aria-busy");
  }
}

if (box) {
  const size = layOut();
  let waiting = 0;
  box.addEventListener("scroll", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => follow(size), 80);
  });
}
