"use strict";
(() => {
  const search = document.getElementById("search");
  const box = search.querySelector("input");
  const rows = [...document.querySelectorAll("[data-row]")].map((row) => [row, row.textContent.toLowerCase()]);
  const parts = [...document.querySelectorAll("main section")].reverse();
  search.hidden = false;
  const filter = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [row, text] of rows) row.hidden = !words.every((word) => text.includes(word));
    for (const part of parts) part.hidden = words.length > 0 && !part.querySelector("[data-row]:not([hidden])");
  };
  box.addEventListener("input", filter);
  window.addEventListener("hashchange", () => {
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (aim && aim.closest("[hidden]")) { box.value = ""; filter(); aim.scrollIntoView(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
    if (event.key === "Escape" && document.activeElement === box) { box.value = ""; filter(); }
  });
})();
