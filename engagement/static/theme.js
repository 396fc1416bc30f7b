// Follows the device's light or dark appearance for readers who chose "As on this device". Runs before the page is drawn.
(function () {
  const page = document.documentElement;
  if (page.dataset.theme !== 'auto') return;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const follow = () => { page.dataset.bsTheme = dark.matches ? 'dark' : 'light'; };
  follow();
  dark.addEventListener('change', follow);
})();
