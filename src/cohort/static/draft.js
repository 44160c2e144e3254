// form[data-draft="address of the draft"]: what is typed is kept while it is typed. Without this
// file the button “Keep as draft” does the same.

const PAUSE = 3000; // milliseconds after the first change that is not kept yet

class Draft {
  constructor(form) {
    this.form = form;
    this.version = form.elements.version;
    this.told = form.querySelector("[data-draft-told]");
    this.waiting = 0;
    this.over = false;
    form.addEventListener("input", (event) => event.target.type !== "file" && this.#soon());
    form.addEventListener("submit", () => this.#stop());
    document.addEventListener("visibilitychange", () => document.hidden && this.waiting && this.#keep());
  }

  #soon() {
    if (!this.over) this.waiting ||= setTimeout(() => this.#keep(), PAUSE);
  }

  #stop() {
    this.over = true;
    clearTimeout(this.waiting);
    this.going?.abort();
  }

  async #keep() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    if (this.going) return this.#soon(); // one after the other: each has the version of the one before
    this.going = new AbortController();
    const { text, links } = this.form.elements;
    const body = JSON.stringify({ text: text.value, links: links.value });
    try {
      const answer = await fetch(this.form.dataset.draft, {
        method: "PUT", body, signal: this.going.signal, keepalive: document.hidden && body.length < 60000,
        headers: { "Content-Type": "application/json", "If-Match": `"${this.version.value}"` },
      });
      if (answer.ok) this.#kept(answer);
      else if (answer.status === 412) await this.#changedElsewhere();
      else this.#say(`Not kept yet: ${(await answer.json()).detail}`);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#say("Not kept yet: we cannot be reached. What you typed is still here; we try again.");
      this.waiting ||= setTimeout(() => this.#keep(), 4 * PAUSE);
    } finally {
      this.going = undefined;
    }
  }

  #kept(answer) {
    this.version.value = versionOf(answer);
    const now = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.#say(`Draft kept at ${now}.`);
    if (!this.waiting) this.form.dispatchEvent(new Event("kept"));
  }

  // Both texts stay on the page; what is kept next is chosen with the button.
  async #changedElsewhere() {
    this.over = true;
    const answer = await fetch(this.form.dataset.draft);
    const other = answer.ok ? await answer.json() : undefined;
    this.version.value = answer.ok ? versionOf(answer) : "0";
    if (!other) return this.#say("This was handed in or removed in another window. What you typed is still here, and kept only if you press “Keep as draft”.");
    this.#say("This draft was changed in another window, and what is there now stands below. What you typed is still in the form: “Keep as draft” puts it in the place of the other.");
    const box = document.createElement("pre");
    box.tabIndex = 0;
    box.textContent = [other.text, other.links].filter(Boolean).join("\n\n");
    this.told.after(box);
  }

  #say(words) {
    this.told.textContent = words;
  }
}

const versionOf = (answer) => answer.headers.get("ETag").replace(/^W\//, "").replaceAll('"', "");

for (const form of document.querySelectorAll("form[data-draft]")) new Draft(form);
