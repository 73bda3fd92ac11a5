"use strict";
/* Photographs are made smaller before they are sent, and sending shows how far it is. Every page works without this file. */
(() => {
  const d = document, SIDE = 1800;
  const smaller = async (file) => {
    if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < 400000 || !window.createImageBitmap) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const by = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = d.createElement("canvas");
    canvas.width = Math.round(picture.width * by);
    canvas.height = Math.round(picture.height * by);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((r) => canvas.toBlob(r, "image/jpeg", 0.85));
    return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  };
  const send = (form, data) => new Promise((done, failed) => {
    const bar = d.createElement("progress"), x = new XMLHttpRequest();
    bar.max = 1;
    bar.setAttribute("aria-label", form.querySelector("label").textContent);
    form.querySelector(".field").append(bar);
    x.upload.onprogress = (e) => { if (e.lengthComputable) bar.value = e.loaded / e.total; };
    x.onload = () => done(x);
    x.onerror = () => { bar.remove(); failed(); };
    x.open("POST", form.action);
    x.send(data);
  });
  const show = (x) => {
    if (x.status < 400) {
      const here = location.href.split("#")[0];
      if (x.responseURL.split("#")[0] === here) location.reload(); else location.assign(x.responseURL);
      return;
    }
    const fresh = new DOMParser().parseFromString(x.responseText, "text/html").getElementById("main");
    if (!fresh) { location.reload(); return; }
    d.getElementById("main").replaceChildren(...fresh.childNodes);
    const e = d.getElementById("errors");
    if (e) e.focus();
  };
  d.addEventListener("submit", async (e) => {
    const form = e.target, button = e.submitter;
    const input = form.matches("[data-paper]") && form.querySelector("input[type=file]");
    if (!input || !input.files.length) return;
    e.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const data = new FormData(form, button);
    const buttons = form.querySelectorAll("button");
    try {
      data.set("file", await smaller(input.files[0]).catch(() => input.files[0]));
      for (const b of buttons) b.disabled = true;
      show(await send(form, data));
    } catch {
      for (const b of buttons) b.disabled = false;
      const box = d.getElementById("t-cut").content.cloneNode(true);
      d.querySelectorAll(".cut").forEach((x) => x.remove());
      form.prepend(box);
    }
    delete form.dataset.busy;
  });
})();
