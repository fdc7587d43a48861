// The theme of the charts, read from the page's own custom properties at the moment of drawing.
/** Return the value that a custom property of the page has now. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Replace each string "var(--name)" in an option by the value that it has now; everything else is copied. */
export function resolveColors(value) {
  if (typeof value === "string") {
    const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
    return name ? token(name) : value;
  }
  if (Array.isArray(value)) return value.map(resolveColors);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolveColors(inner)]));
  }
  return value;
}

/** Return the ECharts theme of the light or dark page. */
export function chartTheme() {
  const [ink, muted, line, surface] = ["--ink", "--ink-3", "--line", "--surface"].map(token);
  const fontFamily = token("--font");
  const axis = {
    axisLine: { lineStyle: { color: token("--line-2") } },
    axisTick: { show: false },
    axisLabel: { color: muted, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: line } },
    nameTextStyle: { color: muted, fontSize: 12 },
  };
  return {
    color: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => token(`--chart-${number}`)),
    backgroundColor: "transparent",
    textStyle: { fontFamily, color: ink, fontSize: 12 },
    grid: { left: 8, right: 12, top: 36, bottom: 8, containLabel: true },
    legend: { textStyle: { color: token("--ink-2") }, itemWidth: 12, itemHeight: 8, icon: "roundRect", left: 0, top: 0 },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    timeAxis: axis,
    bar: { barMaxWidth: 28, itemStyle: { borderRadius: 2 } },
    line: { symbol: "circle", symbolSize: 6, lineStyle: { width: 2 }, label: { color: ink } },
    pie: { itemStyle: { borderColor: surface, borderWidth: 2 }, label: { color: ink } },
    // A funnel shows one thing growing less: one hue, ever lighter.
    funnel: { color: [1, 2, 3, 4, 5, 6].map((step) => token(`--ramp-${step}`)), itemStyle: { borderColor: surface, borderWidth: 0 }, gap: 3, minSize: "16%" },
    tooltip: { backgroundColor: token("--raised"), borderColor: line, borderWidth: 1, textStyle: { color: ink, fontSize: 13, fontFamily } },
  };
}
