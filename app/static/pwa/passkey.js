/**
 * Passkeys on the account pages. A form with `data-passkey` asks the server for a question, the device for an answer,
 * puts the answer into its hidden field and goes its usual way. Without script, or without passkeys, it stays hidden;
 * `unready` keeps its place, so that nothing moves.
 */

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

if (self.PublicKeyCredential) for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);

function prepare(form) {
  const button = form.querySelector("[data-passkey-button]") ?? form.querySelector("button");
  form.hidden = button.hidden = false;
  form.classList.remove("unready");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    show(form, button);
  });
}

async function show(form, button) {
  const wrong = form.querySelector("[data-passkey-wrong]");
  const field = form.querySelector("[data-passkey-answer]") ?? form.elements.credential;
  button.disabled = true;
  wrong.hidden = true;
  try {
    field.value = JSON.stringify(await (form.dataset.passkey === "new" ? make() : ask()));
    form.submit();
  } catch (fault) {
    console.warn("No passkey.", fault.name);
    wrong.hidden = button.disabled = false;
  }
}

async function question(path) {
  const reply = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
  if (!reply.ok) throw new Error(`${reply.status}`);
  const options = await reply.json();
  return { ...options, challenge: bytes(options.challenge) };
}

async function make() {
  const options = await question("/api/passkeys/new");
  const known = (options.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const user = { ...options.user, id: bytes(options.user.id) };
  const made = await navigator.credentials.create({ publicKey: { ...options, user, excludeCredentials: known } });
  return { ...named(made), response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject) } };
}

async function ask() {
  const options = await question("/api/passkeys/known");
  const shown = await navigator.credentials.get({ publicKey: { ...options, allowCredentials: [] } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  return {
    ...named(shown),
    response: {
      clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

const named = (credential) => ({ id: credential.id, rawId: text(credential.rawId), type: credential.type });
