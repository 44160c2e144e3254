// Enhancements only: every page works without this file.

const SENDING = "sending"; // dataset key of a form on its way
const forms = (selector) => document.querySelectorAll(`form${selector}`);

// A form is sent once, however often its button is pressed.
function guardDoubleSubmit() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset[SENDING]) return event.preventDefault();
    form.dataset[SENDING] = "true";
    // Only after the event: a disabled button would not send its own name and value.
    setTimeout(() => holdButtons(form, true));
  });
  // Back and forward may bring the page back as it was left, with its buttons still held.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of forms(`[data-${SENDING}]`)) {
      delete form.dataset[SENDING];
      holdButtons(form, false);
    }
  });
}

function holdButtons(form, held) {
  for (const button of form.elements) {
    if (button.type !== "submit") continue;
    button.disabled = held;
    button.toggleAttribute("data-busy", held);
  }
}

function focusErrorSummary() {
  document.querySelector("[data-error-summary]")?.focus();
}

function offerThemes() {
  const choice = document.querySelector("[data-theme-choice]");
  if (!choice) return;
  const show = () => {
    const current = document.documentElement.dataset.theme ?? "system";
    for (const button of choice.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === current));
    }
  };
  choice.addEventListener("click", (event) => {
    const theme = event.target.closest("button")?.value;
    if (!theme) return;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    remember(theme);
    show();
  });
  show();
  choice.hidden = false;
}

function remember(theme) {
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Storage may be switched off; the choice then lasts for this page.
  }
}

// data-confirm on a form or on one of its buttons: ask first.
function askBeforeSubmit() {
  const agreed = new WeakSet();
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    const question = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || agreed.delete(form)) return;
    event.preventDefault();
    ask(question, submitter?.textContent.trim() || "Go on", () => {
      agreed.add(form);
      form.requestSubmit(submitter);
    });
  }, { capture: true });
}

function ask(question, verb, proceed) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  const form = document.createElement("form");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "dialog-question");
  text.id = "dialog-question";
  text.textContent = question;
  form.method = "dialog";
  form.className = "actions";
  form.append(dialogButton("Cancel", "button"), dialogButton(verb, "button button-primary"));
  dialog.append(text, form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === verb) proceed();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function dialogButton(label, className) {
  const button = document.createElement("button");
  button.className = className;
  button.value = label;
  button.textContent = label;
  return button;
}

// data-refresh-every="2" on an element with an id: fetch the page (or data-refresh-from) again
// and take the element's new content, until the new one no longer asks for it. While a stream
// tells what happens to the element, nothing is fetched until it does.
function refreshWhatMoves(within = document) {
  for (const element of within.querySelectorAll("[data-refresh-every][id]")) scheduleRefresh(element);
}

function scheduleRefresh(element) {
  const seconds = Math.max(1, Number(element.dataset.refreshEvery) || 5);
  setTimeout(async () => {
    if (!element.isConnected || !element.dataset.refreshEvery) return;
    if (!document.hidden && !isTold(element)) await refresh(element);
    if (element.dataset.refreshEvery) scheduleRefresh(element);
  }, seconds * 1000);
}

const refreshing = new Map(); // an element that is fetched: whether something happened since
async function refresh(element) {
  if (refreshing.has(element)) return refreshing.set(element, true);
  refreshing.set(element, false);
  const fresh = await fetchPart(element);
  if (fresh) take(element, fresh);
  const again = refreshing.get(element);
  refreshing.delete(element);
  if (again && element.dataset.refreshEvery) await refresh(element);
}

function take(element, fresh) {
  if (fresh.innerHTML !== element.innerHTML) {
    const focused = element.contains(document.activeElement) && document.activeElement.id;
    element.replaceChildren(...fresh.childNodes);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
  if (fresh.hasAttribute("data-refresh-every")) return;
  delete element.dataset.refreshEvery;
  element.removeAttribute("aria-busy");
  refreshWhatMoves(element);
  followEvents();
}

// data-events="address of a stream" data-types="run.solved …" data-of="id": when one of these
// happens, fetch that element again if it waits for something, else offer to show what changed.
// A hidden page has no stream, as a browser opens six connections to a server at most.
const streams = new Map(); // by address: the stream, its types, and the number of the last event

function followEvents() {
  if (document.hidden) return;
  for (const news of document.querySelectorAll("[data-events]")) {
    const stream = streamOf(news.dataset.events);
    for (const type of news.dataset.types.split(" ")) listen(stream, type);
  }
}

function streamOf(address) {
  const known = streams.get(address);
  if (known && known.source.readyState !== EventSource.CLOSED) return known;
  const source = new EventSource(known ? `${address}?after=${known.last}` : address);
  const stream = { address, source, types: new Set(), last: known?.last ?? 0 };
  streams.set(address, stream);
  listen(stream, "stream.began");
  return stream;
}

function listen(stream, type) {
  if (stream.types.has(type)) return;
  stream.types.add(type);
  stream.source.addEventListener(type, (event) => {
    stream.last = event.lastEventId;
    for (const news of document.querySelectorAll("[data-events]")) {
      const wants = type === "stream.began" || news.dataset.types.split(" ").includes(type);
      if (wants && news.dataset.events === stream.address) tell(news, type);
    }
  });
}

// What waits is fetched when the stream begins, too: it may have come before that.
function tell(news, type) {
  const element = document.getElementById(news.dataset.of);
  if (element?.hasAttribute("data-refresh-every")) refresh(element);
  else if (type !== "stream.began" && !type.endsWith(".progress")) news.firstElementChild.hidden = false;
}

// Whether an open stream tells what happens to this element.
function isTold(element) {
  const news = document.querySelector(`[data-of="${element.id}"]`);
  return streams.get(news?.dataset.events)?.source.readyState === EventSource.OPEN;
}

function closeWhileHidden() {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return followEvents();
    for (const stream of streams.values()) stream.source.close();
  });
}

// The element as it is now on the server, or nothing when the network or the server fails.
async function fetchPart(element) {
  try {
    const answer = await fetch(element.dataset.refreshFrom || location.href, { cache: "no-store" });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById(element.id);
  } catch {
    return null;
  }
}

// data-warn-unsaved on a form: leaving it changed and unsent asks first.
function warnOfUnsavedWork() {
  const changed = new Set();
  for (const form of forms("[data-warn-unsaved]")) {
    form.addEventListener("input", () => changed.add(form));
    form.addEventListener("submit", (event) => event.defaultPrevented || changed.delete(form));
    form.addEventListener("kept", () => changed.delete(form));
  }
  addEventListener("beforeunload", (event) => {
    if (changed.size) event.preventDefault();
  });
}

// data-keep on a form: what is changed in it is kept at once, and when the page is left.
function keepAsOneGoes() {
  for (const form of forms("[data-keep]")) {
    let waiting = 0;
    const told = form.querySelector("[data-kept]");
    const keep = async (leaving) => {
      clearTimeout(waiting);
      waiting = 0;
      try {
        const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", keepalive: leaving });
        told.textContent = answer.type === "opaqueredirect" ? told.dataset.kept : told.dataset.notKept;
      } catch {
        told.textContent = told.dataset.notKept;
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, 400);
    });
    form.addEventListener("submit", () => clearTimeout(waiting));
    addEventListener("pagehide", () => waiting && !form.dataset[SENDING] && keep(true));
  }
}

askBeforeSubmit();
keepAsOneGoes();
guardDoubleSubmit();
focusErrorSummary();
offerThemes();
refreshWhatMoves();
followEvents();
closeWhileHidden();
warnOfUnsavedWork();
