// <cohort-form kind="mentor" cohort="october" language="en"> on a page of any site that the cohort
// names. It draws itself from the form's JSON Schema, keeps a draft in this browser until it is
// sent, and needs no inline style or script: `script-src` and `connect-src` of our host are enough.
// What stands inside the element, such as a link to our page, is shown where scripts are off.

import { hexOf, solve } from "./proof.js";

const HOST = new URL(import.meta.url).origin;
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const BANDS = ["06:00-09:00", "09:00-12:00", "12:00-14:00", "14:00-17:00", "17:00-20:00", "20:00-23:00"];
const SEARCHED = 30; // From so many choices one is searched for by typing.
const WORDS = {
  en: { send: "Send", sending: "Sending…", optional: "(optional)", mend: "Please mend this and send again", none: "None", yes: "Yes", no: "No",
    choice: "Choice", line: "One on each line.", failed: "This could not be sent. Try again in a moment.", page: "Open the form as a page", decline: "Decline the invitation" },
  de: { send: "Senden", sending: "Wird gesendet…", optional: "(freiwillig)", mend: "Bitte verbessern und noch einmal senden", none: "Keine", yes: "Ja", no: "Nein",
    choice: "Wunsch", line: "Je Zeile eine Angabe.", failed: "Das ging nicht. Bitte gleich noch einmal versuchen.", page: "Das Formular als Seite öffnen", decline: "Die Einladung ablehnen" },
};
const STYLE = `
:host { display: block; font: var(--cohort-font, 1rem/1.5 system-ui, sans-serif); color: var(--cohort-text, inherit); }
form { display: grid; gap: var(--cohort-gap, 1.5rem); max-width: var(--cohort-width, 40rem); }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: grid; gap: .25rem; }
fieldset.step { gap: var(--cohort-gap, 1.5rem); }
fieldset.step > legend { font-size: 1.25em; font-weight: 600; padding: 0; margin-bottom: .5rem; }
legend, label.title { font-weight: 600; padding: 0; }
.help, .optional { color: var(--cohort-muted, #595959); font-weight: 400; margin: 0; }
.error { color: var(--cohort-error, #b00020); margin: 0; }
input:not([type=checkbox], [type=radio]), select, textarea { font: inherit; color: inherit; background: var(--cohort-field, transparent);
  border: 1px solid var(--cohort-border, #767676); border-radius: var(--cohort-radius, 4px); padding: .5rem; width: 100%; box-sizing: border-box; }
:focus-visible { outline: 3px solid var(--cohort-focus, #1a5fb4); outline-offset: 2px; }
button { font: inherit; cursor: pointer; }
button.send { justify-self: start; padding: .6rem 1.2rem; border: 0; border-radius: var(--cohort-radius, 4px);
  background: var(--cohort-accent, #1a5fb4); color: var(--cohort-on-accent, #fff); }
button.to { border: 0; padding: 0; background: none; color: inherit; text-decoration: underline; text-align: start; }
.summary { border-inline-start: 4px solid var(--cohort-error, #b00020); padding: .5rem 1rem; }
.choice { display: flex; gap: .5rem; align-items: baseline; }
.choices { columns: 14rem; } .choices .choice { break-inside: avoid; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; } th { font-weight: 400; padding: .25rem .5rem; text-align: start; } td { text-align: center; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

// Each kind of field knows how to draw itself, to tell its value, and to take a draft's value back.

const box = (name, type, value, label) =>
  make("label", { class: "choice" }, make("input", { type, name, value }), make("span", {}, label));

const ticked = (root) => [...root.querySelectorAll("input:checked")].map((input) => input.value);

const tick = (root, values) => {
  for (const input of root.querySelectorAll("input")) {
    input.checked = values.includes(input.value);
    if (input.checked) input.closest("details")?.setAttribute("open", "");
  }
};

const rootOf = (option, parents) => {
  let root = option.const;
  while (parents.get(root)) root = parents.get(root);
  return root;
};

const choices = (name, type, options) => {
  const parents = new Map(options.map((option) => [option.const, option["x-parent"]]));
  const groups = new Map();
  const root = make("div", { class: "choices" });
  for (const option of options) {
    const drawn = box(name, type, option.const, option.title);
    if (![...parents.values()].some(Boolean)) { root.append(drawn); continue; }
    const top = rootOf(option, parents);
    if (!groups.has(top)) {
      const title = options.find((one) => one.const === top).title;
      groups.set(top, make("details", {}, make("summary", {}, title)));
      root.append(groups.get(top));
    }
    groups.get(top).append(drawn);
  }
  return root;
};

const KINDS = {
  text: (name, schema) => {
    const control = schema.maxLength > 254 ? make("textarea", { rows: 4 })
      : make("input", { type: schema.format === "email" ? "email" : "text", autocomplete: { name: "name", email: "email" }[name] });
    control.setAttribute("maxlength", schema.maxLength ?? 200);
    return { control, read: () => control.value.trim() || undefined, write: (value) => { control.value = value; } };
  },
  number: (name, schema) => {
    const control = make("input", { type: "number", min: schema.minimum, max: schema.maximum, step: schema.type === "integer" ? 1 : "any" });
    return { control, read: () => (control.value === "" ? undefined : Number(control.value)), write: (value) => { control.value = value; } };
  },
  search: (name, schema, words, id) => {
    const titles = new Map(schema.oneOf.map((one) => [one.const, one.title]));
    const values = new Map(schema.oneOf.map((one) => [one.title, one.const]));
    const list = make("datalist", { id: `${id}-list` }, ...[...values.keys()].map((value) => make("option", { value })));
    const control = make("input", { type: "text", list: `${id}-list`, autocomplete: "off" });
    if (name === "time_zone") {
      const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
      control.value = titles.get(own) ?? "";
    }
    return { control, more: list, read: () => values.get(control.value.trim()) ?? (control.value.trim() || undefined),
      write: (value) => { control.value = titles.get(value) ?? value; } };
  },
  one: (name, schema) => {
    const group = choices(name, "radio", schema.oneOf);
    return { group, read: () => ticked(group)[0], write: (value) => tick(group, [value]) };
  },
  many: (name, schema) => {
    const group = choices(name, "checkbox", schema.items.oneOf);
    return { group, read: () => ticked(group), write: (values) => tick(group, values) };
  },
  ranked: (name, schema, words) => {
    const options = () => [make("option", { value: "" }, words.none), ...schema.items.oneOf.map((one) => make("option", { value: one.const }, one.title))];
    const selects = Array.from({ length: Math.min(schema.maxItems, 5) }, (_, place) =>
      make("select", { "aria-label": `${words.choice} ${place + 1}` }, ...options()));
    return { group: make("div", {}, ...selects), read: () => selects.map((one) => one.value).filter(Boolean),
      write: (values) => selects.forEach((one, place) => { one.value = values[place] ?? ""; }) };
  },
  lines: (name, schema, words) => {
    const control = make("textarea", { rows: 2 });
    return { control, help: words.line, read: () => control.value.split("\n").map((line) => line.trim()).filter(Boolean),
      write: (values) => { control.value = values.join("\n"); } };
  },
  yes: (name, schema) => {
    const group = box(name, "checkbox", "yes", schema.title);
    return { group, alone: true, read: () => (ticked(group).length ? true : undefined), write: (value) => tick(group, value ? ["yes"] : []) };
  },
  either: (name, schema, words) => {
    const group = choices(name, "radio", [{ const: "yes", title: words.yes }, { const: "no", title: words.no }]);
    return { group, read: () => ({ yes: true, no: false })[ticked(group)[0]], write: (value) => tick(group, [value ? "yes" : "no"]) };
  },
  hours: (name, schema, words, id, language) => {
    const dayOf = (place) => new Date(Date.UTC(2024, 0, 1 + place)).toLocaleDateString(language, { weekday: "long", timeZone: "UTC" });
    const short = (band) => band.replaceAll(":00", "").replace("-", "–");
    const rows = DAYS.map((day, place) => make("tr", {}, make("th", { scope: "row" }, dayOf(place)), ...BANDS.map((band) =>
      make("td", {}, make("label", {}, make("input", { type: "checkbox", name, value: `${day} ${band}` }), make("span", { class: "unseen" }, `${dayOf(place)}, ${short(band)}`))))));
    const head = make("tr", {}, make("td"), ...BANDS.map((band) => make("th", { scope: "col" }, short(band))));
    const group = make("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": schema.title },
      make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
    return { group, read: () => spans(ticked(group)), write: (values) => tick(group, boxesOf(values)) };
  },
};

const spans = (boxes) => {
  const found = [];
  for (const [day, band] of boxes.map((one) => one.split(" "))) {
    const [start, end] = band.split("-");
    const last = found.at(-1);
    if (last?.day === day && last.end === start) last.end = end;
    else found.push({ day, start, end });
  }
  return found;
};

const boxesOf = (values) => values.flatMap(({ day, start, end }) =>
  BANDS.filter((band) => start <= band.slice(0, 5) && band.slice(6) <= end).map((band) => `${day} ${band}`));

const kindOf = (name, schema) => {
  if (name === "weekly_hours") return "hours";
  if (name === "role_goals") return "ranked";
  if (schema.type === "array") return schema.items.oneOf ? "many" : "lines";
  if (schema.const === true) return "yes";
  if (schema.type === "boolean") return "either";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.oneOf?.length > SEARCHED) return "search";
  return schema.oneOf ? "one" : "text";
};

const OWN = "answers/";

class CohortForm extends HTMLElement {
  #fields = new Map();

  connectedCallback() {
    if (this.shadowRoot) return;
    this.language = this.getAttribute("language") ?? ((this.closest("[lang]")?.lang ?? "").startsWith("de") ? "de" : "en");
    this.words = WORDS[this.language] ?? WORDS.en;
    // An invitation is known by the token of its link, which leads to the page with this element.
    const invitation = () => new URLSearchParams(location.search).get("invitation") ?? "";
    const kind = this.getAttribute("kind");
    this.address = `${HOST}/api/v1/forms/${kind}/${encodeURIComponent(kind === "invitation" ? invitation() : this.getAttribute("cohort"))}`;
    this.ready = this.#load();
  }

  async #load() {
    let schema;
    try {
      const answer = await fetch(`${this.address}?language=${this.language}`, { credentials: "omit" });
      if (!answer.ok) return;
      schema = await answer.json();
    } catch { return; } // What stands inside the element stays.
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.schema = schema;
    this.form = make("form", { novalidate: true, "aria-label": schema.title });
    this.summary = make("div");
    this.button = make("button", { class: "send", part: "send" }, this.words.send);
    const page = make("p", { class: "help" }, make("a", { href: schema["x-page-url"] }, this.words.page));
    // People neither see this field nor reach it with the keyboard; programs fill it.
    this.trap = make("input", { name: "website", tabindex: -1, autocomplete: "off" });
    const decline = schema["x-decline-at"] ? [make("button", { type: "button", class: "to", part: "decline" }, this.words.decline)] : [];
    for (const button of decline) button.addEventListener("click", () => this.#decline());
    this.form.append(make("div", { class: "unseen", "aria-hidden": "true" }, this.trap), this.summary, ...schema["x-steps"].map((step) => this.#step(step)), this.button, ...decline, page);
    root.append(this.form);
    for (const [name, field] of this.#fields) if (this.#asked(name).default !== undefined) field.write(this.#asked(name).default);
    this.#takeDraft();
    this.form.addEventListener("input", () => this.#keepDraft());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
  }

  #step(step) {
    return make("fieldset", { class: "step" }, make("legend", {}, step.title), ...step.fields.map((name) => this.#field(name)));
  }

  // The organisers' own questions are named answers/…, and are properties of `answers`.
  #asked(name) { return name.startsWith(OWN) ? this.schema.properties.answers.properties[name.slice(OWN.length)] : this.schema.properties[name]; }

  #isNeeded(name) { return name.startsWith(OWN) ? this.schema.properties.answers.required.includes(name.slice(OWN.length)) : this.schema.required.includes(name); }

  #field(name) {
    const schema = this.#asked(name), id = name.startsWith(OWN) ? `f-answer-${this.#fields.size}` : `f-${name}`;
    const field = KINDS[kindOf(name, schema)](name, schema, this.words, id, this.language);
    const needed = this.#isNeeded(name);
    const help = [schema.description, field.help].filter(Boolean).join(" ");
    const title = [schema.title, ...(needed ? [] : [" ", make("span", { class: "optional" }, this.words.optional)])];
    field.error = make("p", { class: "error", id: `${id}-error` });
    const described = `${help ? `${id}-help ` : ""}${id}-error`;
    const notes = [...(help ? [make("p", { class: "help", id: `${id}-help` }, help)] : []), field.error];
    let drawn;
    if (field.control) {
      for (const [key, value] of Object.entries({ id, name, "aria-describedby": described, ...(needed ? { "aria-required": "true" } : {}) })) field.control.setAttribute(key, value);
      drawn = make("div", {}, make("label", { class: "title", for: id }, ...title), ...notes, field.control, ...(field.more ? [field.more] : []));
    } else if (field.alone) {
      drawn = make("div", { id }, ...notes, field.group);
      field.group.querySelector("input").setAttribute("aria-describedby", described);
    } else {
      drawn = make("fieldset", { id, "aria-describedby": described }, make("legend", {}, ...title), ...notes, field.group);
    }
    field.focus = () => { field.group?.querySelector("details")?.setAttribute("open", ""); (field.control ?? field.group.querySelector("input, select")).focus(); };
    this.#fields.set(name, field);
    return drawn;
  }

  get #typed() {
    const entries = [...this.#fields].map(([name, field]) => [name, field.read()]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  get value() {
    const typed = Object.entries(this.#typed), isOwn = ([name]) => name.startsWith(OWN);
    const answers = typed.filter(isOwn).map(([name, value]) => [name.slice(OWN.length), value]);
    return { ...Object.fromEntries(typed.filter((entry) => !isOwn(entry))), ...(answers.length ? { answers: Object.fromEntries(answers) } : {}) };
  }

  get #draftKey() { return `cohort-form ${this.address}`; }

  #keepDraft() {
    try { localStorage.setItem(this.#draftKey, JSON.stringify(this.#typed)); } catch { /* A browser may refuse to keep things. */ }
  }

  #takeDraft() {
    try {
      const draft = JSON.parse(localStorage.getItem(this.#draftKey) ?? "{}");
      for (const [name, value] of Object.entries(draft)) this.#fields.get(name)?.write(value);
    } catch { /* A draft of another form, or none. */ }
  }

  // A proof is taken once: what was typed and the proof for it are sent again together, or made anew.
  async #proven() {
    const typed = JSON.stringify(this.value);
    if (typed === this.typed) return;
    if (this.schema["x-challenge"]) {
      const asked = await fetch(this.schema["x-challenge"], { credentials: "omit" });
      if (!asked.ok) throw new Error("no challenge");
      this.proof = await solve(await asked.json());
    }
    this.typed = typed;
    this.sendKey = hexOf(crypto.getRandomValues(new Uint8Array(16)));
  }

  async #send() {
    this.button.disabled = true;
    this.button.textContent = this.words.sending;
    try {
      await this.#proven();
      const proven = this.schema["x-challenge"] ? { website: this.trap.value, proof: this.proof } : {};
      const body = JSON.stringify({ ...this.value, ...proven });
      const answer = await fetch(`${this.schema["x-send-to"]}?language=${this.language}`, { method: "POST", credentials: "omit", body,
        headers: { "Content-Type": "application/json", "Idempotency-Key": this.sendKey } });
      const told = await answer.json();
      if (!answer.ok) this.typed = undefined;
      if (answer.ok) this.#thank(told.detail);
      else this.#show(told.errors?.length ? told.errors : [{ field: "", message: told.detail }]);
    } catch {
      this.#show([{ field: "", message: this.words.failed }]);
    } finally {
      this.button.disabled = false;
      this.button.textContent = this.words.send;
    }
  }

  async #decline() {
    try {
      const answer = await fetch(`${this.schema["x-decline-at"]}?language=${this.language}`, { method: "POST", credentials: "omit" });
      const told = await answer.json();
      if (answer.ok) this.#thank(told.detail);
      else this.#show([{ field: "", message: told.detail }]);
    } catch { this.#show([{ field: "", message: this.words.failed }]); }
  }

  #show(errors) {
    const byField = new Map();
    const placeOf = (path) => (this.#fields.has(path) ? path : path.split("/")[0]);
    for (const { field, message } of errors) if (!byField.has(placeOf(field))) byField.set(placeOf(field), message);
    for (const [name, field] of this.#fields) {
      field.error.textContent = byField.get(name) ?? "";
      (field.control ?? field.group).toggleAttribute("aria-invalid", false);
      if (byField.has(name)) field.control?.setAttribute("aria-invalid", "true");
    }
    const order = [...this.#fields.keys()].filter((name) => byField.has(name));
    const others = [...byField.keys()].filter((name) => !this.#fields.has(name));
    const items = [...others, ...order].map((name) => {
      const field = this.#fields.get(name), message = byField.get(name);
      if (!field) return make("li", {}, message);
      const to = make("button", { type: "button", class: "to" }, `${this.#asked(name).title}: ${message}`);
      to.addEventListener("click", field.focus);
      return make("li", {}, to);
    });
    const box = make("div", { class: "summary", role: "alert", tabindex: -1 }, make("strong", {}, this.words.mend), make("ul", {}, ...items));
    this.summary.replaceChildren(box);
    box.focus();
  }

  #thank(sentence) {
    try { localStorage.removeItem(this.#draftKey); } catch { /* Nothing was kept. */ }
    const thanks = make("p", { role: "status", tabindex: -1 }, sentence);
    this.form.replaceWith(thanks);
    thanks.focus();
    this.dispatchEvent(new CustomEvent("cohort-form-sent", { bubbles: true, composed: true }));
  }
}

customElements.define("cohort-form", CohortForm);
