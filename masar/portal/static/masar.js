"use strict";
/* Live pages, print, offline reading. Every page works without this file. */
(() => {
  const d = document, w = window;
  const meta = d.querySelector('meta[name="masar-live"]');
  const saves = navigator.connection && navigator.connection.saveData;
  const main = () => d.getElementById("main");

  const begin = () => {
    for (const b of d.querySelectorAll(".js[hidden]")) b.hidden = false;
    const e = d.getElementById("errors");
    if (e) e.focus();
  };
  d.addEventListener("click", (e) => { if (e.target.closest("[data-print]")) w.print(); });
  d.addEventListener("submit", (e) => {
    if (e.target.matches("[data-leave]") && w.caches) caches.delete("masar-pages");
  });
  /* The page as it was sent, but for what differs each time. */
  const bare = (x) => x.innerHTML.replace(/(csrfmiddlewaretoken" value=")\w+/g, "$1");
  let seenAs = bare(main());
  begin();
  if (navigator.onLine === false && !("offline" in main().dataset)) main().prepend(d.getElementById("t-off").content.cloneNode(true));
  if ("serviceWorker" in navigator) w.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));

  /* Typed text is never replaced, nor a field for which somebody is choosing a file. */
  let typed = Boolean(d.getElementById("errors"));
  d.addEventListener("input", (e) => { if (e.target.closest("main form")) typed = true; });
  d.addEventListener("click", (e) => { if (e.target.type === "file") typed = true; });

  /* What was typed goes on to the new page, if the same question still stands there. */
  const fields = () => main().querySelectorAll("form[data-keep] :is(textarea,input:not([type=hidden]))");
  const nameOf = (f) => [f.form.getAttribute("action"), (f.form.elements.token || {}).value, f.name, f.type === "radio" && f.value].join("|");
  const typedTexts = () => [...fields()].map((f) => [nameOf(f), { value: f.value, checked: f.checked }]);
  let drafts = [];

  let loading = false, again = false;
  const refresh = async () => {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const r = await fetch(location.href, { headers: { "X-Masar-Fragment": "main" }, cache: "no-store" });
      if (r.redirected && r.url.includes("/login/")) { location.reload(); return; }
      if (r.ok) show(new DOMParser().parseFromString(await r.text(), "text/html"));
    } catch { /* the next message tries again */ } finally {
      loading = false;
      if (again) { again = false; refresh(); }
    }
  };
  const show = (page) => {
    const old = main(), fresh = page.getElementById("main");
    if (!fresh || (bare(fresh) === seenAs && d.title === page.title)) return;
    d.title = page.title;
    if (typed) { offer(); return; }
    seenAs = bare(fresh);
    const open = [...old.querySelectorAll("details")].map((x) => x.open);
    const all = [...old.querySelectorAll("a,button,input,textarea,summary")];
    const held = all.indexOf(d.activeElement), href = d.activeElement && d.activeElement.getAttribute("href");
    const at = [w.scrollX, w.scrollY];
    for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
    old.replaceChildren(...fresh.childNodes);
    d.getElementById("sprite").replaceChildren(...page.getElementById("sprite").childNodes);
    old.querySelectorAll("details").forEach((x, i) => { if (open[i]) x.open = true; });
    for (const [key, { value, checked }] of drafts) for (const f of fields()) if (nameOf(f) === key) { f.value = value; f.checked = checked; typed = true; }
    drafts = [];
    begin();
    if (held >= 0) {
      const now = [...old.querySelectorAll("a,button,input,textarea,summary")];
      const same = (href && now.find((x) => x.getAttribute("href") === href)) || now[held] || old;
      same.focus({ preventScroll: true });
    }
    w.scrollTo(...at);
    const said = d.getElementById("said");
    said.textContent = "";
    setTimeout(() => { said.textContent = d.getElementById("t-updated").innerHTML; }, 100);
  };
  const offer = () => {
    if (d.getElementById("offer")) return;
    const box = d.getElementById("t-changed").content.firstElementChild.cloneNode(true);
    box.id = "offer";
    box.querySelector("button").addEventListener("click", () => { drafts = typedTexts(); typed = false; refresh(); });
    main().prepend(box);
  };

  if (!meta || saves) return;

  /* One connection for all tabs: the leader holds it and tells the others. */
  const channel = w.BroadcastChannel ? new BroadcastChannel("masar-live") : null;
  const concerns = ({ number, seq }) => {
    const m = main(), mine = m.dataset.number;
    return !mine || number === null || (String(number) === mine && (seq === null || seq > Number(m.dataset.seq)));
  };
  let missed = false;
  const hear = (change) => {
    if (!concerns(change)) return;
    if (d.hidden) missed = true; else refresh();
  };
  const tell = (change) => { hear(change); if (channel) channel.postMessage(change); };
  if (channel) channel.onmessage = (e) => hear(e.data);

  const wait = (ms) => new Promise((r) => setTimeout(r, ms));
  const seen = () => d.hidden ? new Promise((r) => d.addEventListener("visibilitychange", r, { once: true })).then(seen) : undefined;
  const csrf = () => (d.querySelector("[name=csrfmiddlewaretoken]") || {}).value || "";

  /* Resolves when the connection ends: true if it ever stood, false if it never did, null when nobody is logged in. */
  const listen = async () => {
    const r = await fetch("/live/ticket", { method: "POST", headers: { "X-CSRFToken": csrf() } });
    if (r.status === 401 || r.status === 403) return null;
    const { ticket, url } = await r.json();
    if (!url) return false;
    return new Promise((done) => {
      const es = new EventSource(url + "/sse?ticket=" + encodeURIComponent(ticket));
      let stood = false;
      const end = () => { es.close(); d.documentElement.classList.remove("on"); d.removeEventListener("visibilitychange", hide); done(stood); };
      const hide = () => { if (d.hidden) end(); };
      es.onopen = () => { stood = true; d.documentElement.classList.add("on"); poll().catch(() => {}); };
      es.addEventListener("change", (e) => tell(JSON.parse(e.data)));
      es.onerror = end;
      d.addEventListener("visibilitychange", hide);
      w.addEventListener("pagehide", end, { once: true });
    });
  };
  /* Asks what changed since the page was made: nothing is lost before the connection stands, or between two. */
  let token = meta.dataset.since;
  const poll = async () => {
    const r = await fetch("/live/changes?since=" + encodeURIComponent(token), { headers: { "X-Masar-Fragment": "poll" } });
    if (r.status === 401 || r.status === 403) return null;
    const news = await r.json();
    for (const number of news.changed) tell({ number, seq: null });
    token = news.token;
    return news.changed.length > 0;
  };
  const lead = async () => {
    let failures = 0, pause = 30; // seconds
    for (;;) {
      if (d.hidden) return false;
      let stood = false;
      try { stood = await listen(); } catch { /* no network */ }
      if (stood === null) return true;
      if (d.hidden) return false;
      if (stood) { failures = 0; pause = 30; await wait(500 + Math.random() * 2500); continue; }
      failures += 1;
      if (failures < 3) { await wait(1000 * 2 ** failures + Math.random() * 1000); continue; }
      try {
        const news = await poll();
        if (news === null) return true;
        pause = news ? 30 : Math.min(pause * 1.5, 300);
      } catch { pause = Math.min(pause * 2, 300); }
      await wait(pause * 1000);
    }
  };
  const hiding = () => {
    const c = new AbortController();
    d.addEventListener("visibilitychange", () => { if (d.hidden) c.abort(); }, { once: true });
    return c.signal;
  };
  let left = Date.now();
  d.addEventListener("visibilitychange", () => {
    if (d.hidden) left = Date.now();
    else if (missed || Date.now() - left > 10000) { missed = false; refresh(); }
  });
  (async () => {
    let ended = false;
    while (!ended) {
      await seen();
      try {
        ended = navigator.locks ? await navigator.locks.request("masar-live", { signal: hiding() }, lead) : await lead();
      } catch { /* hidden while waiting for the lock */ }
      await wait(500);
    }
  })();
})();
