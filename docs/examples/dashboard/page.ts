import { show } from "./dashboard.js";

const form = document.querySelector("form");
const into = document.querySelector<HTMLElement>("#dashboard");

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (into === null) return;
  const token = String(new FormData(form).get("token"));
  show(into, token).catch((error: unknown) => {
    into.textContent = error instanceof Error ? error.message : "That did not work.";
  });
});
