// Puts the last theme and language on <html> before the first paint; the core confirms them a moment later.
(function () {
  var root = document.documentElement;
  try {
    root.dataset.theme = localStorage.getItem("theme") || "system";
    root.lang = localStorage.getItem("locale") || "fr";
  } catch {
    root.dataset.theme = "system";
  }
})();
