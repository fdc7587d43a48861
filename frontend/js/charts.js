// Charts: <div class="chart" data-chart="ID"> draws the ECharts option that <script type="application/json" id="ID"> holds.
// The option says what is drawn; colors, fonts and tooltips come from here, so that charts follow the theme and the CSP.
import * as echarts from "echarts/core";
import { BarChart, FunnelChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { chartTheme, resolveColors, token } from "./charttheme.js";

echarts.use([
  BarChart, FunnelChart, HeatmapChart, LineChart, PieChart, AriaComponent, DatasetComponent, GridComponent,
  LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, LabelLayout, SVGRenderer,
]);

const drawn = new Map();
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function line(name, value, color) {
  const row = document.createElement("div");
  row.className = "charttip-row";
  const dot = document.createElement("span");
  dot.className = "charttip-dot";
  if (typeof color === "string") dot.style.background = color;
  const label = document.createElement("span");
  label.textContent = name;
  const number = document.createElement("strong");
  number.textContent = value;
  row.append(dot, label, number);
  return row;
}

/** Build the tooltip as elements: markup with style attributes would be blocked by the content security policy. */
function tip(params) {
  const all = Array.isArray(params) ? params : [params];
  const box = document.createElement("div");
  box.className = "charttip";
  const title = document.createElement("div");
  title.className = "charttip-title";
  title.textContent = Array.isArray(params) ? (all[0].axisValueLabel ?? all[0].name) : (all[0].data?.title ?? all[0].name);
  box.append(title);
  all.forEach((point) => {
    const raw = Array.isArray(point.value) ? point.value[point.encode?.y?.[0] ?? point.value.length - 1] : point.value;
    const text = point.data?.text ?? (raw == null ? "—" : Number(raw).toLocaleString());
    const share = point.percent == null ? "" : ` (${point.percent}%)`;
    box.append(line(point.seriesName?.startsWith("series\0") ? point.name : point.seriesName || point.name, text + share, point.color));
  });
  return box;
}

/** Labels inside a shape stand on its color, not on the page. */
function colorInsideLabels(series) {
  if (!/^(inside|inner|center)/.test(series.label?.position ?? "")) return;
  series.label.color ??= series.type === "funnel" ? "#fff" : token("--accent-on");
}

function complete(option) {
  const full = resolveColors(option);
  [full.series ?? []].flat().forEach(colorInsideLabels);
  full.animation = !calm.matches && full.animation !== false;
  full.animationDuration = 300;
  full.tooltip = { confine: true, className: "charttip-box", ...full.tooltip, formatter: tip };
  return full;
}

function draw(place) {
  const source = document.getElementById(place.dataset.chart);
  if (!source) return;
  drawn.get(place)?.dispose();
  const chart = echarts.init(place, chartTheme(), { renderer: "svg" });
  chart.setOption(complete(JSON.parse(source.textContent)));
  chart.on("click", (point) => {
    const url = point.data?.url;
    if (url) window.location.assign(url);
  });
  chart.on("mouseover", (point) => place.classList.toggle("is-link", Boolean(point.data?.url)));
  chart.on("mouseout", () => place.classList.remove("is-link"));
  drawn.set(place, chart);
  sizes.observe(place);
}

const sizes = new ResizeObserver((entries) => entries.forEach((entry) => drawn.get(entry.target)?.resize()));

function drawAll() {
  for (const [place, chart] of drawn) {
    if (place.isConnected) continue;
    chart.dispose();
    sizes.unobserve(place);
    drawn.delete(place);
  }
  document.querySelectorAll("[data-chart]").forEach((place) => {
    if (!drawn.has(place)) draw(place);
  });
}

drawAll();
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("zoneworks:theme", () => [...drawn.keys()].forEach(draw));
