// Runs before the first paint, so that a dark page never flashes white.
{
  const saved = localStorage.getItem("simulator-theme");
  const dark = saved ? saved === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
