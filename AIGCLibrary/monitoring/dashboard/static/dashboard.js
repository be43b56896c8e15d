// The dashboard: asks the JSON API for what it shows, and again when the event stream says that it changed.
// Everything from a test reaches the page as text, never as HTML.
'use strict';
(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const byId = (id) => document.getElementById(id);
  const OPEN = 5;  // failures shown whole; of the others the cause
  const state = { folds: {}, run: 'latest', metric: null, texts: {}, lang: null, chart: null };
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const asked = () => new URLSearchParams(location.search).get('lang');  // of this address, before what was chosen
  state.lang = (asked() || stored('aigc-lang') || navigator.language).toLowerCase().startsWith('zh') ? 'zh' : 'en';

  function make(tag, options = {}, ...children) {
    const element = document.createElement(tag);
    const { text, ...attributes } = options;
    if (text !== undefined && text !== null) element.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => { if (value !== null && value !== false) element.setAttribute(name, value); });
    element.append(...children.filter(Boolean));
    return element;
  }

  function shape(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  }

  const t = (key) => key.split('.').reduce((node, part) => (node || {})[part], state.texts) ?? key;
  // Swedish writes 2026-11-30 08:55:50, as all our pages do.
  const time = (seconds) => (seconds ? new Date(seconds * 1000).toLocaleString('sv-SE') : '–');

  async function get(path) {
    const answer = await fetch(`/api/v1/${path}`, { credentials: 'same-origin' });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  const ofRun = (part) => `runs/${encodeURIComponent(state.run)}/${part}`;

  function span(seconds) {
    if (!(seconds >= 0)) return '–';
    if (seconds < 90) return `${seconds.toFixed(0)} s`;
    return seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
  }

  function size(bytes) {
    if (bytes === null || bytes === undefined) return '?';
    const units = ['B', 'kB', 'MB', 'GB'];
    let power = 0;
    let value = bytes;
    while (value >= 1000 && power < 3) { value /= 1000; power += 1; }
    return `${value.toFixed(power ? 1 : 0)} ${units[power]}`;
  }

  function intervalBar(card) {
    const { bar, text } = card;
    const svg = shape('svg', { class: 'bar', viewBox: '0 0 100 14', preserveAspectRatio: 'none', role: 'img',
      'aria-label': `${text.interval}, ${t('column.line')} ${text.line}, ${t('column.target')} ${text.target}` });
    svg.append(shape('rect', { class: 'track', x: 0, y: 4, width: 100, height: 6 }));
    svg.append(shape('rect', { class: 'allowed', x: bar.allowed[0], y: 4, width: bar.allowed[1] - bar.allowed[0], height: 6 }));
    if (bar.interval) svg.append(shape('rect', { class: 'interval', x: bar.interval[0], y: 5, width: Math.max(bar.interval[1] - bar.interval[0], 0.6), height: 4 }));
    svg.append(shape('rect', { class: 'aim', x: bar.target - 0.2, y: 1, width: 0.4, height: 12 }));
    if (bar.value !== null) svg.append(shape('rect', { class: 'point', x: Math.min(Math.max(bar.value - 0.6, 0), 98.8), y: 2, width: 1.2, height: 10 }));
    return svg;
  }

  // A line ends before a number or after its unit, never between the two.
  const unbroken = (text) => text.replace(/(\d) (?=[\p{L}%])/gu, '$1\u00a0');

  function cardOf(card) {
    const facts = [card.text.interval, `${t('column.line')} ${card.text.line}`, `${t('column.target')} ${card.text.target}`];
    if (card.budget) facts.push(`${t('page.budget')}${t('page.colon')}${card.budget.text}`);
    if (card.trend && card.trend.runs > 1) facts.push(t(`trend.${card.trend.direction}`));
    return make('article', { class: `card ${card.verdict}`, 'data-slo': card.name },
      make('h3', { text: card.name }),
      make('p', { class: 'verdict', text: t(`verdict.${card.verdict}`) }),
      make('p', { class: 'value' }, make('b', { text: card.text.value }), make('span', { class: 'soft', text: ` ${card.text.counted}` })),
      intervalBar(card),
      make('p', { class: 'soft', text: unbroken(facts.join(' · ')) }),
      make('p', { class: 'soft', text: card.reason }));
  }

  async function showObjectives() {
    const cards = await get(`${ofRun('slo')}?lang=${state.lang}`);
    const measured = cards.filter((card) => card.n);
    state.suggested = measured.length ? measured[0].metric : null;
    byId('cards').replaceChildren(...measured.map(cardOf));
    const rest = cards.filter((card) => !card.n).map((card) => card.name);
    byId('unmeasured').textContent = rest.length ? `${t('dashboard.unmeasured')}${t('page.colon')}${rest.join(t('page.comma'))}` : '';
    const counts = ['breach', 'at_risk', 'unproven', 'healthy'].map((verdict) => [verdict, measured.filter((card) => card.verdict === verdict).length]);
    byId('numbers').replaceChildren(...counts.map(([verdict, n]) => make('div', { class: n ? `number ${verdict}` : 'number' },
      make('b', { text: n }), make('span', { text: t(`verdict.${verdict}`) }))));
  }

  async function showRuns() {
    const runs = await get('runs');
    const options = runs.map((run) => {
      const tests = Object.values(run.tests).reduce((sum, n) => sum + n, 0);
      return make('option', { value: run.id, text: `${run.name || run.id} · ${time(run.started_at)} · ${run.tests.PASS || 0}/${tests}` });
    });
    byId('run').replaceChildren(make('option', { value: 'latest', text: t('dashboard.latest') }), ...options);
    byId('run').value = state.run;
    const run = state.run === 'latest' ? runs[0] : runs.find((one) => one.id === state.run);
    if (!run) return;
    state.ended = run.abandoned ? run.seen_at || run.finished_at || run.started_at : run.finished_at;
    state.abandoned = run.abandoned;
    const total = Object.values(run.tests).reduce((sum, n) => sum + n, 0);
    document.querySelectorAll('.number.tests').forEach((old) => old.remove());
    const failed = run.tests.FAIL || 0;
    byId('numbers').prepend(make('div', { class: `number tests ${failed ? 'breach' : 'healthy'}` },
      make('b', { text: `${failed || run.tests.PASS || 0} / ${total}` }), make('span', { text: t(failed ? 'page.failed' : 'page.passed') })));
    const base = `/runs/${encodeURIComponent(run.id)}`;
    byId('links').replaceChildren(...[
      run.log ? make('a', { href: `${base}/log.html`, text: t('dashboard.log'), target: '_blank', rel: 'noopener' }) : null,
      run.previous ? make('a', { href: `${base}/compare.html?than=${encodeURIComponent(run.previous)}&lang=${state.lang}`, text: t('dashboard.compare') }) : null,
    ].filter(Boolean));
    state.over = run.ended || run.abandoned;
    if (byId('live').className) setLive(state.connected);
  }

  function table(id, heads, rows) {
    const body = rows.length ? rows : [[make('span', { class: 'soft', text: t('dashboard.none') })]];
    byId(id).replaceChildren(
      make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', { scope: 'col', text: head })))),
      make('tbody', {}, ...body.map((cells) => make('tr', {}, ...cells.map((cell) => (cell instanceof Node ? make('td', {}, cell) : make('td', { text: cell })))))));
  }

  function bar(value, label) {
    return make('progress', value === null || value === undefined ? { max: 1, 'aria-label': label } : { max: 1, value, 'aria-label': label });
  }

  async function showTasks() {
    const now = state.ended || Date.now() / 1000;
    const rows = (await get(ofRun('tasks'))).map((task) => {
      const open = (task.shown === 'queued' || task.shown === 'processing') && !task.outcome;
      const given = task.shown === task.state && task.outcome && task.outcome !== task.state;
      const ended = given ? t(`dashboard.outcomes.${task.outcome}`) : '';
      const queue = open && task.queue_position ? ` #${task.queue_position}` : '';
      return [task.handle, task.test || '', `${t(`dashboard.states.${task.shown}`)}${queue}`,
        open ? bar(task.progress, task.handle) : ended, span((task.finished_at || (open ? Math.max(now, task.updated_at) : task.updated_at)) - task.submitted_at)];
    });
    table('tasks', ['task', 'test', 'state', 'progress', 'age'].map((key) => t(`dashboard.${key}`)), rows);
  }

  async function showDownloads() {
    const rows = (await get(ofRun('downloads'))).map((one) => [one.source,
      one.done ? t('dashboard.states.completed') : bar(one.total ? one.received / one.total : null, one.source),
      one.done ? size(one.received) : `${size(one.received)} / ${size(one.total)}`, span(one.updated_at - one.started_at)]);
    table('downloads', [t('dashboard.source'), t('dashboard.progress'), t('page.size'), t('dashboard.age')], rows);
  }

  async function showAlerts() {
    const alerts = await get(`alerts?run=${encodeURIComponent(state.run)}`);
    byId('alerts-part').hidden = !alerts.length;
    byId('alerts').replaceChildren(...alerts.slice(0, 20).map((alert) => make('li', { class: `alert ${alert.state}` },
      make('b', { text: `${t(`dashboard.states.${alert.state}`)}${t('page.colon')}${alert.name}` }),
      make('span', { class: 'soft', text: ` ${time(alert.since)}${alert.muted ? ` · ${t('dashboard.muted')}` : ''}` }),
      make('p', { class: 'message', text: (alert.texts || {})[state.lang] || alert.message || '' }))));
  }

  async function showFailures() {
    const failures = await get(`${ofRun('failures')}?lang=${state.lang}`);
    document.querySelectorAll('details.failure').forEach((one) => { state.folds[one.dataset.test] = one.open; });
    byId('failures').replaceChildren(...(failures.length ? failures.map((failure, index) => make('details', { class: 'failure', open: (state.folds[failure.test] ?? index < OPEN) ? '' : null, 'data-test': failure.test },
      make('summary', {}, make('h3', { text: failure.test }), make('span', { class: 'why', text: failure.why })),
      make('p', { class: 'message', text: failure.message }),
      failure.suggestions.length ? make('ol', {}, ...failure.suggestions.map((one) => make('li', {},
        one.cause ? make('div', { class: 'said', text: one.cause }) : null,
        make('b', { class: 'said', text: one.fix }), ' ',
        one.trust ? make('span', { class: 'trust', text: one.trust }) : null, ' ', one.place ? make('code', { text: one.place }) : null))) : null,
    )) : [make('p', { class: 'soft', text: t('dashboard.none') })]));
    if (failures.some((failure) => failure.suggestions.some((one) => one.applicability === 'certain'))) {
      byId('failures').append(make('p', { class: 'soft' }, `${t('page.apply')} `, make('code', { text: `aigc fixes${state.run === 'latest' ? '' : ` --run ${state.run}`} --apply` })));
    }
  }

  async function showMetrics() {
    const metrics = (await get(ofRun('metrics'))).filter((metric) => metric.kind !== 'share');
    byId('series-part').hidden = !metrics.length;
    const names = metrics.map((metric) => metric.name);
    if (!names.includes(state.metric)) state.metric = names.find((name) => name === state.suggested) || names[0] || null;
    byId('metric').replaceChildren(...metrics.map((metric) => make('option', { value: metric.name, text: `${metric.name} (${metric.n})` })));
    if (state.metric) byId('metric').value = state.metric;
    state.units = Object.fromEntries(metrics.map((metric) => [metric.name, metric.unit]));
    await showSeries();
  }

  // As on a 24-hour clock, in the language of the page: seconds where they tell ticks apart, days where they do.
  function clock(step) {
    const parts = step < 60 ? { hour: '2-digit', minute: '2-digit', second: '2-digit' }
      : step < 86400 ? { hour: '2-digit', minute: '2-digit' } : { month: '2-digit', day: '2-digit' };
    const format = new Intl.DateTimeFormat(state.lang === 'zh' ? 'zh-CN' : 'en-GB', { ...parts, hourCycle: 'h23' });
    return (at) => format.format(new Date(at * 1000));
  }

  async function showSeries() {
    if (!state.metric) return;
    const series = await get(`${ofRun('series')}?name=${encodeURIComponent(state.metric)}`);
    const place = byId('chart');
    const data = [series.t, series.mean];
    const ink = getComputedStyle(document.documentElement).getPropertyValue('--soft').trim();
    const line = getComputedStyle(document.documentElement).getPropertyValue('--link').trim();
    if (state.chart && state.chart.metric === state.metric) {
      state.chart.plot.setData(data);
    } else {
      if (state.chart) state.chart.plot.destroy();
      const axis = { stroke: ink, grid: { stroke: ink, width: 0.15 }, ticks: { stroke: ink, width: 0.3 } };
      const unit = state.units[state.metric];
      const plot = new uPlot({ width: place.clientWidth - 16, height: 220, padding: [null, 30, null, null], legend: { show: false },
        axes: [{ ...axis, space: 80, values: (_plot, ticks, _axis, _space, step) => ticks.map(clock(step)) },
          { ...axis, size: 70, values: (_plot, ticks) => ticks.map((tick) => String(Number(tick.toPrecision(6)))), label: unit === '1' ? t('dashboard.plain') : unit, labelSize: 20 }], series: [{}, { label: state.metric, stroke: line, width: 2, points: { show: series.t.length < 60 } }] }, data, place);
      state.chart = { plot, metric: state.metric };
    }
    table('values', ['time', 'mean', 'samples'].map((key) => t(`dashboard.${key}`)),
      series.t.map((at, index) => [time(at), Number(series.mean[index].toPrecision(4)), series.n[index]]).reverse().slice(0, 60));
  }

  const parts = { samples: [showObjectives, showMetrics, showRuns], tests: [showRuns, showFailures], tasks: [showTasks],
    downloads: [showDownloads], alerts: [showAlerts], runs: [showRuns] };
  let waiting = new Set();
  let busy = false;

  // One refresh at a time: a fast run asks often, and the page keeps up by leaving steps out.
  async function refresh(names) {
    names.forEach((name) => parts[name].forEach((step) => waiting.add(step)));
    if (busy) return;
    busy = true;
    try {
      while (waiting.size) {
        const steps = [...waiting];
        waiting = new Set();
        for (const step of steps) await step();
        await new Promise((resolve) => { setTimeout(resolve, 500); });
      }
      document.body.dataset.ready = 'true';
    } catch { setLive(false); } finally { busy = false; }
  }

  function setLive(on) {
    state.connected = on;
    byId('live').className = on && state.over ? 'over' : on ? 'on' : 'off';
    byId('live').textContent = on && state.over ? `${t(state.abandoned ? 'dashboard.abandoned' : 'dashboard.ended')}${t('page.colon')}${time(state.ended)}` : t(on ? 'dashboard.live' : 'dashboard.lost');
  }

  async function translate() {
    state.texts = await get(`texts?lang=${state.lang}`);
    document.documentElement.lang = state.lang === 'zh' ? 'zh-CN' : 'en';
    document.querySelectorAll('[data-text]').forEach((element) => { element.textContent = t(element.dataset.text); });
    document.title = t('dashboard.title');
    if (byId('live').className) setLive(state.connected);
  }

  async function start() {
    await translate();
    await refresh(Object.keys(parts));
    const events = new EventSource('/api/v1/events');
    events.addEventListener('open', () => { setLive(true); refresh(Object.keys(parts)); });
    events.addEventListener('error', () => setLive(false));
    events.addEventListener('changed', (event) => refresh(JSON.parse(event.data)));
  }

  function forgetChart() { // it is drawn in the colours and the language of its moment
    if (state.chart) state.chart.plot.destroy();
    state.chart = null;
  }

  byId('run').addEventListener('change', (event) => { state.run = event.target.value; refresh(Object.keys(parts)); });
  byId('metric').addEventListener('change', (event) => { state.metric = event.target.value; showSeries(); });
  byId('language').addEventListener('click', async () => {
    state.lang = state.lang === 'zh' ? 'en' : 'zh';
    try { localStorage.setItem('aigc-lang', state.lang); } catch { /* private windows have no storage */ }
    if (asked()) history.replaceState(null, '', `?lang=${state.lang}`);
    await translate();
    forgetChart();
    refresh(Object.keys(parts));
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    forgetChart();
    showSeries();
  });
  window.addEventListener('resize', () => { if (state.chart) state.chart.plot.setSize({ width: byId('chart').clientWidth - 16, height: 220 }); });
  start();
})();
