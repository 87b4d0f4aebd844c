// Looks a receipt up in the list on this page. Sends nothing and stores nothing.
(function () {
  "use strict";
  var look = { O: "0", I: "1", L: "1" };
  document.documentElement.classList.add("js");

  // As people copy it: in any case, with any separators, O for 0.
  function plain(text) {
    return text.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/[OIL]/g, function (c) { return look[c]; });
  }

  function answer(typed, listed) {
    if (!/^[0-9A-HJKMNP-TV-Z]{12}$/.test(typed)) { return "typo"; }
    return listed.indexOf(typed) < 0 ? "missing" : "found";
  }

  document.addEventListener("DOMContentLoaded", function () {
    var field = document.getElementById("receipt"), list = document.getElementById("list");
    if (!field) { return; }
    var listed = list.textContent.trim().split(/\s+/).map(plain);

    function check() {
      var said = answer(plain(field.value), listed);
      ["found", "missing", "typo"].forEach(function (name) {
        document.getElementById(name).hidden = name !== said;
      });
    }

    document.getElementById("check").addEventListener("click", check);
    field.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { check(); }
    });
    // Whoever comes back, perhaps another person, finds an empty field.
    addEventListener("pagehide", function () {
      field.value = "";
      ["found", "missing", "typo"].forEach(function (name) { document.getElementById(name).hidden = true; });
    });
  });
}());
