// Runs before the first paint, so that a chosen theme doesn't flash; a file of its own because the page's
// content security policy allows no inline script.
try {
  const theme = localStorage.getItem('bulkhead.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme applies.
}
