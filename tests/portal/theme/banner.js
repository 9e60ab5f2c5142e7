(function () {
  "use strict";
  var banner = document.querySelector("[role=dialog]");
  if (!banner) { return; }
  banner.addEventListener("click", function (event) {
    if (event.target.tagName === "BUTTON") { banner.remove(); }
  });
}());
