/** Small helps on the account pages. Everything works without them, so the buttons stay hidden until this runs. */

for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => show(field, button, field.type === "password"));
  // Browsers offer to keep a pass-phrase only when the field is of type password as the form goes.
  field.form.addEventListener("submit", () => show(field, button, false));
}

for (const button of document.querySelectorAll("[data-fills]")) {
  const field = document.getElementById(button.dataset.fills);
  const words = document.getElementById(button.dataset.from);
  button.hidden = false;
  button.addEventListener("click", () => {
    field.value = words.textContent.trim();
    show(field, document.querySelector(`[data-shows="${field.id}"]`), true);
    field.focus();
  });
}

document.querySelector('[aria-invalid="true"]')?.focus();

function show(field, button, visible) {
  field.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
  button.textContent = visible ? button.dataset.hide : button.dataset.show;
}
