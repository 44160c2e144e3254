// Long forms in short steps, and the proof of work on the page that sends one. Without this file the
// form is one page, and a mailed link is the proof.

import { solve } from "./proof.js";

// form[data-steps]: one section at a time; the browser's Back goes one step back, with all that was typed.
class Steps {
  constructor(form) {
    this.form = form;
    this.sections = [...form.querySelectorAll(".section")];
    this.where = document.createElement("p");
    this.where.className = "muted";
    this.where.setAttribute("role", "status");
    this.send = form.querySelector("button[type=submit]").closest(".actions");
    this.back = this.#button("Back", () => history.back());
    this.next = this.#button("Next", () => this.#goOn());
    this.next.classList.add("button-primary");
    const row = document.createElement("p");
    row.className = "actions";
    row.append(this.next, this.back);
    form.prepend(this.where);
    this.send.before(row);
    form.addEventListener("submit", (event) => this.#beforeSending(event));
    form.addEventListener("invalid", (event) => this.#uncover(event.target), { capture: true });
    addEventListener("popstate", () => this.#show(this.#named(location.hash) ?? 0));
    for (const link of form.querySelectorAll('a[href^="#field-"]')) link.addEventListener("click", () => this.#open(link.hash));
    const wrong = this.sections.findIndex((section) => section.querySelector(".field-wrong"));
    this.#show(wrong >= 0 ? wrong : this.#named(location.hash) ?? 0);
  }

  #button(text, act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button", textContent: text });
    button.addEventListener("click", act);
    return button;
  }

  #named(hash) {
    const place = this.sections.findIndex((section) => `#${section.id}` === hash);
    return place >= 0 ? place : undefined;
  }

  #show(place, { moved = false } = {}) {
    this.place = place;
    const last = place === this.sections.length - 1;
    this.sections.forEach((section, at) => { section.hidden = at !== place; });
    this.where.textContent = `Step ${place + 1} of ${this.sections.length}`;
    this.back.hidden = place === 0;
    this.next.hidden = last;
    this.send.hidden = !last;
    if (!moved) return;
    const title = this.sections[place].querySelector("h2");
    title.tabIndex = -1;
    title.focus();
    scrollTo(0, 0);
  }

  #goOn() {
    const fields = [...this.sections[this.place].querySelectorAll("input, select, textarea")];
    if (!fields.every((field) => field.reportValidity())) return;
    history.pushState(null, "", `#${this.sections[this.place + 1].id}`);
    this.#show(this.place + 1, { moved: true });
  }

  // Enter in a field means Next; what a browser refuses in a hidden step is shown in its step.
  #beforeSending(event) {
    if (this.place < this.sections.length - 1) {
      event.preventDefault();
      this.#goOn();
    }
  }

  // A browser says nothing of a field that it cannot show; the first one counts.
  #uncover(field) {
    const place = this.sections.findIndex((section) => section.contains(field));
    if (place >= 0 && place < this.place) this.#show(place);
  }

  #open(hash) {
    const place = this.sections.findIndex((section) => section.querySelector(hash));
    if (place >= 0) this.#show(place);
  }
}

// input[data-challenge]: the proof is worked out while the page is read; whoever is faster waits for it.
function prove(input) {
  const form = input.form;
  let proving = fetch(input.dataset.challenge, { credentials: "omit" })
    .then((answer) => answer.json()).then(solve)
    .then((proof) => { input.value = proof; })
    .catch(() => { /* Without a proof the form is taken too, if less often. */ })
    .finally(() => { proving = undefined; });
  form.addEventListener("submit", (event) => {
    if (!proving || event.submitter?.value === "change") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    proving.then(() => form.requestSubmit(event.submitter));
  }, { capture: true });
}

for (const form of document.querySelectorAll("form[data-steps]")) new Steps(form);
for (const input of document.querySelectorAll("input[data-challenge]")) if (globalThis.crypto?.subtle) prove(input);
