// Small aids where a survey is prepared. Every page works without them.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    // The planned practice, in the questions that speak of it, as it is typed.
    var practice = document.getElementById("practice");
    var places = document.querySelectorAll("[data-practice]");
    if (practice) {
      practice.addEventListener("input", function () {
        places.forEach(function (place) { place.textContent = practice.value.trim() || "[…]"; });
      });
    }
    // The sponsor's words, as people will read them.
    document.querySelectorAll("[data-echo]").forEach(function (echo) {
      var field = document.getElementById(echo.dataset.echo);
      field.addEventListener("input", function () { echo.textContent = field.value; });
    });
    var here = document.querySelector(".way [aria-current]");
    if (here) { here.scrollIntoView({ block: "nearest", inline: "center" }); }
  });
}());
