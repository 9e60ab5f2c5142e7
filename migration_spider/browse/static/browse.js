// What a page can do better with a script; every page is whole without it.

// Copy: <button data-copy="id of what is copied">.
addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const word = (button.dataset.word ??= button.textContent);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch { // refused, or a page that is a file: selected, so that it can be copied by hand
    getSelection().selectAllChildren(source);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = word; }, 2000);
});

// A long list of values can be narrowed by typing; the field comes when the list is opened.
addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.(".more-values") || !details.open || details.querySelector("input")) return;
  const items = [...details.querySelectorAll("li")];
  if (items.length < 8) return;
  const field = document.createElement("input");
  field.type = "search";
  const name = details.closest(".facet")?.querySelector("h3")?.textContent.trim() ?? "these";
  field.setAttribute("aria-label", `Values of ${name} with these letters`);
  field.placeholder = "with these letters";
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  field.addEventListener("input", () => {
    const wanted = plain(field.value.trim());
    for (const item of items) item.hidden = !plain(item.textContent).includes(wanted);
  });
  details.querySelector("summary").after(field);
}, true);

// What is wider than the window fades out where there is more to be seen.
function fade(part) {
  part.classList.toggle("has-more", part.scrollWidth - part.clientWidth - Math.abs(part.scrollLeft) > 4);
}
const widths = new ResizeObserver((parts) => parts.forEach(({target}) => fade(target)));
for (const part of document.querySelectorAll(".scroll")) {
  widths.observe(part);
  part.addEventListener("scroll", () => fade(part), {passive: true});
}
