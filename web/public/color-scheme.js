// Before anything is drawn, so that a dark screen does not flash white. A file of its own because the
// security policy allows no inline scripts.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('skyhold-color-scheme');
  } catch {
    chosen = null;
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
