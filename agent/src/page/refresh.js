"use strict";
// Puts the parts of a newer page in the place of those that are shown, every five seconds while somebody looks. Nothing
// else depends on this: without it the page is whole, and old.
(() => {
  const every = 5000;
  const stale = document.getElementById("stale");

  const replace = (fresh, id) => {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && now && old.outerHTML !== now.outerHTML) old.replaceWith(document.adoptNode(now));
  };

  // A timeline that is open stays the same element: another one would not be the target of the address any more.
  const timelines = (fresh) => {
    const [old, now] = [document.getElementById("timelines"), fresh.getElementById("timelines")];
    if (!old || !now) return;
    const ids = new Set([...now.querySelectorAll("article")].map((article) => article.id));
    for (const article of [...now.querySelectorAll("article")]) {
      const known = document.getElementById(article.id);
      if (!known) old.append(document.adoptNode(article));
      else if (known.innerHTML !== article.innerHTML) known.replaceChildren(...article.childNodes);
    }
    for (const article of [...old.querySelectorAll("article")]) {
      if (!ids.has(article.id) && location.hash !== "#" + article.id) article.remove();
    }
  };

  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname + location.search, { cache: "no-store", credentials: "omit" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["read", "summary", "numbers", "queue", "providers", "plots", "recent"]) replace(fresh, id);
      timelines(fresh);
      stale.hidden = true;
    } catch {
      stale.hidden = false;
    }
  };
  setInterval(refresh, every);
  document.addEventListener("visibilitychange", refresh);
})();
