// Keys for the pairs of a round; the page works without them. They count while the list has the
// focus, or nothing has it.

const rows = () => [...document.querySelectorAll("#pairs tbody tr")];
const current = () => document.activeElement?.closest("#pairs tbody tr");

function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.querySelector("summary")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// Unfold the row, and ask for a reason: Enter then pins or vetoes, as the key said.
function decide(kind) {
  const row = current();
  const form = row?.querySelector("form.console-decide");
  if (!form) return;
  row.querySelector("details").open = true;
  form.dataset.kind = kind;
  form.elements.reason.focus();
}

const keys = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  p: () => decide("pin"),
  v: () => decide("veto"),
  "/": () => document.getElementById("field-q")?.focus(),
};

function isOurs(event) {
  const focused = document.activeElement;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (focused?.matches("input, select, textarea")) return false;
  if (event.key.startsWith("Arrow")) return Boolean(current());
  return focused === document.body || focused?.id === "main" || focused?.closest("#pairs");
}

document.addEventListener("keydown", (event) => {
  const field = document.activeElement?.closest("form.console-decide[data-kind] [name=reason]");
  if (field && event.key === "Enter") {
    event.preventDefault();
    const form = field.form;
    form.requestSubmit(form.querySelector(`[name=kind][value=${form.dataset.kind}]`));
  } else if (field && event.key === "Escape") {
    delete field.form.dataset.kind;
    field.closest("tr").querySelector("summary").focus();
  } else if (Object.hasOwn(keys, event.key) && isOurs(event)) {
    event.preventDefault();
    keys[event.key]();
  }
});
