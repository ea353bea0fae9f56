"""The look of the report: one style sheet, light and dark."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ground: #fbfaf8; --card: #ffffff; --ink: #1d1c1a; --soft: #5f5b55;
  --line: #ddd8d0; --good: #1a7f4b; --warn: #8f5b00; --bad: #b3261e; --one: #2a5fb0; --two: #b8641a;
  --bad-ground: #fdecea; --good-ground: #e8f5ee; }
@media (prefers-color-scheme: dark) { :root { --ground: #171614; --card: #201f1c; --ink: #eae6df;
  --soft: #a8a297; --line: #3a3731; --good: #63c794; --warn: #e0b25c; --bad: #f2887f; --one: #84aef0;
  --two: #eea765; --bad-ground: #3a201d; --good-ground: #1c2f25; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 28px 24px 80px; background: var(--ground);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 44px 0 6px; padding-top: 14px; border-top: 1px solid var(--line); }
h3 { font-size: 16px; margin: 22px 0 4px; }
p { max-width: 76ch; margin: 6px 0 12px; }
a { color: var(--one); }
.soft, .interval, caption { color: var(--soft); }
.interval { font-size: 12.5px; font-weight: 400; white-space: nowrap; margin-left: 6px; }
nav { margin: 12px 0 0; } nav a { margin-right: 16px; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 20px 0; }
@media (max-width: 800px) { .tiles { grid-template-columns: 1fr; } }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 25px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.verdict { border-radius: 8px; padding: 12px 16px; margin: 20px 0 0; }
.verdict.good { background: var(--good-ground); } .verdict.bad { background: var(--bad-ground); }
.verdict ul { margin: 6px 0 0; padding-left: 20px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; background: var(--card); border: 1px solid var(--line); margin: 8px 0 4px;
  font-size: 14px; }
th, td { padding: 6px 12px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; max-width: 32em; }
thead th { max-width: 9em; font-weight: 600; color: var(--soft); font-size: 13px; vertical-align: bottom; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.number { white-space: normal; }
td.id, td.kind { white-space: nowrap; max-width: none; } td.kind { padding-left: 28px; color: var(--soft); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: 600; }
.verdict.good, .verdict.bad { color: var(--ink); font-weight: 400; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 16px;
  margin: 12px 0; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 12px 4px; }
figcaption { font-size: 14px; font-weight: 600; margin: 0 0 6px; }
.key { font-weight: 400; font-size: 13px; } .key i { display: inline-block; width: 18px; height: 3px;
  border-radius: 2px; margin: 0 5px 3px 10px; } .key i.one { background: var(--one); }
.key i.two { background: var(--two); }
svg.chart { width: 100%; height: auto; font-size: 12px; } svg text { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; } svg .axis { stroke: var(--soft); }
svg line.rule { stroke: var(--soft); stroke-dasharray: 4 4; }
svg text.rule { paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
svg polyline { fill: none; stroke-width: 2; }
svg .one { stroke: var(--one); } svg .two { stroke: var(--two); }
svg circle.one { fill: var(--one); } svg circle.two { fill: var(--two); }
details { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 8px 0;
  padding: 0 14px; }
summary { cursor: pointer; padding: 10px 0; overflow-wrap: anywhere; }
details[open] summary { border-bottom: 1px solid var(--line); margin-bottom: 8px; }
details p { margin: 6px 0; } details table { margin-bottom: 12px; }
.tag { display: inline-block; min-width: 11.5em; font-size: 13px; }
.bar { display: inline-block; width: 120px; height: 10px; position: relative; vertical-align: -1px;
  background: linear-gradient(90deg, transparent 59px, var(--line) 59px 61px, transparent 61px); }
.bar i { position: absolute; top: 0; height: 10px; border-radius: 2px; }
.bar i.for { left: 60px; background: var(--good); } .bar i.against { right: 60px; background: var(--bad); }
code { font-size: 13px; overflow-wrap: anywhere; }
"""
