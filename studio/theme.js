// Before anything is drawn: the theme that was chosen here, or the system's.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("studio.theme");
  } catch {
    // Storage is closed: the system's theme it is.
  }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();

// The document's address changes while the page stays; the icon's must not.
for (const icon of document.querySelectorAll('link[rel="icon"]')) icon.setAttribute("href", icon.href);
