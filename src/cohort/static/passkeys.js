// The browser's part of a passkey: its answer goes into the form, which is then sent as any other.

const form = document.querySelector("form[data-passkey]");

async function answer() {
  const making = form.dataset.ceremony === "make";
  const options = JSON.parse(form.dataset.passkey);
  if (making) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey });
}

form.addEventListener("submit", async (event) => {
  const field = form.elements.credential;
  if (field.value) return;
  event.preventDefault();
  const trouble = document.querySelector("[data-passkey-trouble]");
  trouble.hidden = true;
  try {
    field.value = JSON.stringify(await answer());
    form.requestSubmit();
  } catch {
    trouble.hidden = false;
  }
});
