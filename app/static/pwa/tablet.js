/** Nothing of a patient stays on a clinic's tablet: a page that Back brings out of the browser's memory is left at once. */
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && document.getElementById("form")) location.replace(`/tablet/done?language=${document.documentElement.lang}`);
});
