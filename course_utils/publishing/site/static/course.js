// Sphinx fetches each found page to show a piece of it; a browser refuses that for file://.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// What scrolls sideways can be reached and moved with the keyboard.
function makeScrollableReachable() {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .math-wrapper, .math, .output")) {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}
// The theme has two complementary landmarks without names.
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "The course");
document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");

window.addEventListener("load", makeScrollableReachable);
window.addEventListener("resize", makeScrollableReachable);
