// Sets theme and density before the first paint; without a choice the system decides.
(() => {
  const root = document.documentElement;
  root.classList.add("js-on");
  for (const name of ["theme", "density"]) {
    let choice = null;
    try {
      choice = localStorage.getItem(name);
    } catch {
      /* storage is off: follow the system */
    }
    if (choice) root.dataset[name] = choice;
  }
})();
