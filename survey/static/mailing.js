// Asks every two seconds how far the mails are, and loads the page again when there is something else to see.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var rounds = {};
    document.querySelectorAll("[data-mailing]").forEach(function (round) { rounds[round.dataset.mailing] = round; });

    function changed(told) {
      var round = rounds[told.number];
      return !round || round.dataset.state !== told.state || round.dataset.left !== String(told.left);
    }

    function show(told) {
      var round = rounds[told.number], bar = round.querySelector("progress"), words = round.querySelector("[data-told]");
      if (bar) { bar.value = told.sent; }
      if (words && words.textContent !== told.told) { words.textContent = told.told; }
    }

    function typing() {
      var at = document.activeElement;
      return Boolean(at && at.matches("input, select, textarea"));
    }

    function ask() {
      fetch(location.pathname.replace(/\/$/, "") + ".json", { cache: "no-store" }).then(function (answer) {
        if (answer.redirected) { location.reload(); return []; }
        if (!answer.ok) { throw new Error("the server starts anew"); }
        return answer.json();
      }).then(function (all) {
        if (all.some(changed) && !typing()) { location.reload(); return; }
        all.filter(function (told) { return rounds[told.number]; }).forEach(show);
        setTimeout(ask, 2000);
      }).catch(function () { setTimeout(ask, 5000); });
    }
    setTimeout(ask, 1000);
  });
}());
