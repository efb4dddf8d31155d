"use strict";
(function () {
  var tip = document.getElementById("tip");
  function explain(event) {
    var over = event.target.closest && event.target.closest("[data-tip]");
    if (!over) { tip.hidden = true; return; }
    tip.textContent = over.getAttribute("data-tip");
    tip.hidden = false;
    var x = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    var y = event.clientY + 18;
    if (y + tip.offsetHeight > window.innerHeight - 8) y = event.clientY - tip.offsetHeight - 12;
    tip.style.left = x + "px";
    tip.style.top = y + "px";
  }
  document.addEventListener("pointermove", explain);
  document.addEventListener("pointerdown", explain);

  var store = document.getElementById("raid");
  if (!store) return;
  var raid = JSON.parse(store.textContent);
  var NS = "http://www.w3.org/2000/svg";
  var AFTER = 0.02 * raid.end; // how long the end of a flight stays visible
  var SECONDS = 24; // of a whole replay
  var controls = document.getElementById("replay");
  var play = document.getElementById("play");
  var slider = document.getElementById("time");
  var clock = document.getElementById("clock");
  var cursor = document.getElementById("time-cursor");
  var papers = ["map", "close", "side", "low"].map(function (key) {
    return { group: document.getElementById(key + "-replay"), key: key };
  }).filter(function (paper) { return paper.group; });
  controls.hidden = false;

  function element(name, kind, group) {
    var made = document.createElementNS(NS, name);
    made.setAttribute("class", kind);
    group.appendChild(made);
    return made;
  }

  function show(body, paper, t) {
    var points = body.p[paper.key], times = body.t, last = times.length - 1;
    if (!points) return;
    var start = times[0] / 10, end = times[last] / 10;
    body.parts = body.parts || {};
    var part = body.parts[paper.key];
    if (t < start || t > end + AFTER) {
      if (part) { part.trail.remove(); part.head.remove(); delete body.parts[paper.key]; }
      return;
    }
    if (!part) {
      part = body.parts[paper.key] = {
        trail: element("path", "trail " + body.o, paper.group),
        head: element("circle", "head " + body.o, paper.group)
      };
      part.head.setAttribute("r", body.k === "t" ? 3.4 : 2.6);
    }
    var k = 0, d = "M" + points[0] / 10 + " " + points[1] / 10;
    while (k < last && times[k + 1] / 10 <= t) {
      k += 1;
      d += "L" + points[2 * k] / 10 + " " + points[2 * k + 1] / 10;
    }
    var share = k < last ? (10 * t - times[k]) / Math.max(times[k + 1] - times[k], 1) : 0;
    var next = Math.min(k + 1, last);
    var x = (points[2 * k] + share * (points[2 * next] - points[2 * k])) / 10;
    var y = (points[2 * k + 1] + share * (points[2 * next + 1] - points[2 * k + 1])) / 10;
    part.trail.setAttribute("d", d + "L" + x + " " + y);
    part.head.setAttribute("cx", x);
    part.head.setAttribute("cy", y);
  }

  function minutes(t) {
    var whole = Math.round(t);
    return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
  }

  function draw() {
    var share = slider.value / 1000;
    var t = share * raid.end;
    var replaying = slider.value < 1000;
    document.body.classList.toggle("replaying", replaying);
    clock.textContent = replaying ? minutes(t) : "whole raid";
    slider.setAttribute("aria-valuetext", clock.textContent);
    papers.forEach(function (paper) {
      raid.bodies.forEach(function (body) { show(body, paper, replaying ? t : -1); });
    });
    if (cursor) {
      var low = +cursor.dataset.low, high = +cursor.dataset.high;
      var x = (high - low) * Math.min(t / +cursor.dataset.end, 1);
      cursor.setAttribute("transform", "translate(" + x + " 0)");
      cursor.setAttribute("visibility", replaying ? "visible" : "hidden");
    }
  }

  var last = null, exact = 1;
  function turn(now) {
    if (play.getAttribute("aria-pressed") !== "true") return;
    var step = last === null ? 0 : (now - last) / (SECONDS * 1000);
    last = now;
    exact = Math.min(1, exact + step);
    slider.value = Math.round(1000 * exact);
    draw();
    if (exact >= 1) stop(); else window.requestAnimationFrame(turn);
  }
  function stop() {
    play.setAttribute("aria-pressed", "false");
    play.textContent = "Replay the raid";
    last = null;
  }
  play.addEventListener("click", function () {
    if (play.getAttribute("aria-pressed") === "true") { stop(); return; }
    exact = +slider.value >= 1000 ? 0 : slider.value / 1000;
    play.setAttribute("aria-pressed", "true");
    play.textContent = "Pause";
    last = null;
    window.requestAnimationFrame(turn);
  });
  slider.addEventListener("input", function () { exact = slider.value / 1000; draw(); });
  window.addEventListener("beforeprint", function () { stop(); slider.value = 1000; draw(); });
})();
