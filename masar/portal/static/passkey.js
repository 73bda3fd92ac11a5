"use strict";
/* Passkeys: asks the server what to prove, lets the device answer, and sends the form. Without it the other ways stay. */
(() => {
  const d = document;
  if (!window.PublicKeyCredential) return;
  for (const box of d.querySelectorAll("[data-passkeys]")) box.hidden = false;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const told = (k) => {
    const r = k.response, said = { clientDataJSON: text(r.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (r[name]) said[name] = text(r[name]);
    return JSON.stringify({ id: k.id, rawId: text(k.rawId), type: k.type, response: said, clientExtensionResults: {} });
  };
  const answer = async (form) => {
    const data = new URLSearchParams({ for: form.dataset.passkey });
    const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const r = await fetch(form.dataset.ask, { method: "POST", body: data, headers: { "X-CSRFToken": csrf } });
    if (!r.ok) throw new Error("asked too late");
    const o = (await r.json()).publicKey;
    o.challenge = bytes(o.challenge);
    if (form.dataset.passkey !== "new") return navigator.credentials.get({ publicKey: { ...o, allowCredentials: known(o.allowCredentials) } });
    return navigator.credentials.create({ publicKey: { ...o, user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: known(o.excludeCredentials) } });
  };
  d.addEventListener("submit", async (e) => {
    const form = e.target;
    if (!form.matches("[data-passkey]") || form.elements.credential.value) return;
    e.preventDefault();
    const fault = form.querySelector(".fault"), button = form.querySelector("button");
    button.disabled = true;
    fault.hidden = true;
    try {
      form.elements.credential.value = told(await answer(form));
      form.submit();
    } catch {
      fault.hidden = false;
      button.disabled = false;
    }
  });
})();
