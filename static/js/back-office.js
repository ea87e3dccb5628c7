// Names what Django's back office leaves without a name for people who do not see it.

function nameFields() {
  for (const icon of document.querySelectorAll(".search-label-icon")) icon.setAttribute("role", "img");
  for (const box of document.querySelectorAll(".select2-selection, .select2-selection__rendered[role=textbox]")) {
    const label = document.querySelector(`label[for="${box.closest(".select2").previousElementSibling.id}"]`);
    if (!label) continue;
    label.id ||= `${label.htmlFor}-label`;
    box.setAttribute("aria-labelledby", label.id);
  }
  for (const field of document.querySelectorAll("#result_list td :is(input[type=checkbox], input[type=text], select)")) {
    const cell = field.closest("td");
    const heading = document.querySelectorAll("#result_list thead th")[cell.cellIndex];
    const row = cell.parentElement.querySelector("th");
    if (!field.labels.length && !field.ariaLabel) field.ariaLabel = `${heading.innerText.trim()}: ${row.innerText.trim()}`;
  }
}

// A heading of nothing is read out as an empty one.
function emptyHeadings() {
  for (const heading of document.querySelectorAll("thead th")) {
    if (heading.textContent.trim() || heading.children.length) continue;
    const cell = document.createElement("td");
    for (const { name, value } of heading.attributes) if (name !== "scope") cell.setAttribute(name, value);
    heading.replaceWith(cell);
  }
}

// Django's own scripts build its widgets when jQuery is ready and when the page has loaded: this one comes after both.
window.django?.jQuery(nameFields);
window.addEventListener("load", () => {
  nameFields();
  emptyHeadings();
});
