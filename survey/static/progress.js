// Asks every second how far a closing is, and goes on when there is something else to see.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var stages = document.getElementById("stages"), said = document.getElementById("said");
    var rows = Array.prototype.slice.call(stages.querySelectorAll("[data-stage]"));
    var state = rows.length ? "running" : "stuck", last = "";

    function show(told) {
      var at = rows.findIndex(function (row) { return row.dataset.stage === told.stage; });
      rows.forEach(function (row, i) {
        row.className = i < at ? "done" : i === at ? "now" : "to-come";
        // Without a value the bar moves to and fro: begun, and nobody knows how long it takes.
        var bar = row.querySelector("progress"), share = i < at ? 100 : i === at ? told.share : 0;
        if (i === at && !share) { bar.removeAttribute("value"); } else { bar.value = share; }
        if (i === at) { row.setAttribute("aria-current", "step"); } else { row.removeAttribute("aria-current"); }
      });
      if (told.stage !== last && at >= 0) {
        last = told.stage;
        said.textContent = rows[at].querySelector("span").textContent;
      }
    }

    function ask() {
      fetch(stages.dataset.from, { cache: "no-store" }).then(function (answer) {
        if (answer.redirected) { return { state: "signed out" }; }
        if (!answer.ok) { throw new Error("the server starts anew"); }
        return answer.json();
      }).then(function (told) {
        if (told.state === "closed" && rows.length) {
          location.replace(stages.dataset.report);
        } else if (told.state !== state) {
          location.reload();
        } else {
          if (rows.length) { show(told); }
          setTimeout(ask, 1000);
        }
      }).catch(function () { setTimeout(ask, 3000); });
    }
    setTimeout(ask, 500);
  });
}());
