// A file's text goes into a field: the page that asks again who someone is keeps texts, and no file.
const file = document.querySelector("[data-read-file]");

file?.addEventListener("change", async () => {
  const [first] = file.files ?? [];
  if (!first) return;
  const text = file.form.elements.metadata;
  text.value = await first.text();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});
file?.closest("[hidden]")?.removeAttribute("hidden");
