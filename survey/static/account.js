// Passwords can be looked at while they are typed, and a new account begins with the time zone of its browser. Every page
// works without this.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-reveal]").forEach(function (tick) {
      var field = document.getElementById(tick.dataset.reveal);
      function show() { field.type = tick.checked ? "text" : "password"; }
      tick.addEventListener("change", show);
      // What is sent, and what a browser offers to keep, is a password again.
      field.form.addEventListener("submit", function () { tick.checked = false; show(); });
      show();
    });
    var zone = document.querySelector("#timezone[data-guess]");
    var here = window.Intl && Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && here && zone.value === "UTC") { zone.value = here; }
  });
}());
