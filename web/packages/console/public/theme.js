// Before the first paint, so that a dark console never flashes white. A file, because inline scripts are forbidden.
try {
  const theme = localStorage.getItem('opencobrowse.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // storage is off: as the system says
}
