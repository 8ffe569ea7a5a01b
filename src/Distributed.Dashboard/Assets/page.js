// What the server cannot do: the theme before the first paint of the next page, and the connection's loss.
(() => {
  "use strict";
  const theme = () => /(?:^|; )theme=(dark|light)/.exec(document.cookie)?.[1];

  window.page = {
    prefersDark: () => (theme() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark",
    setTheme: name => { document.cookie = `theme=${name}; path=/; max-age=31536000; samesite=strict`; },
    live: () => { document.documentElement.dataset.live = "yes"; },
  };

  const notice = document.getElementById("components-reconnect-modal");
  document.getElementById("reload")?.addEventListener("click", () => location.reload());

  // A server that was started again does not know this page any more: load it anew, once it answers.
  let waits = false;
  const reload = async () => {
    if (waits) return;
    waits = true;
    for (;;) {
      try {
        if ((await fetch("/health/live", { cache: "no-store" })).ok) { location.reload(); return; }
      } catch { /* not yet */ }
      await new Promise(resolve => setTimeout(resolve, 1000));
    }
  };
  notice?.addEventListener("components-reconnect-state-changed", event => {
    if (event.detail.state === "rejected" || event.detail.state === "failed") reload();
  });

  Blazor.start({ circuit: { reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: previous => Math.min(500 * (previous + 1), 5000) } } });
})();
