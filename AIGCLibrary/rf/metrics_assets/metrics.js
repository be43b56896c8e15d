// Does for metrics.html what Bootstrap, jQuery, DataTables and ApexCharts did: sections, sortable and searchable
// tables, bars. Everything from a test reaches the page as text.
'use strict';
(() => {
  const charts = JSON.parse(document.getElementById('aigc-data').textContent);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const quoted = (text) => (text.match(/'([^']*)'/g) || []).map((part) => part.slice(1, -1));

  function showSection() {
    const name = location.hash.slice(1);
    const wanted = all('.section').some((section) => section.id === name) ? name : 'dashboard';
    all('.section').forEach((section) => { section.style.display = section.id === wanted ? 'block' : 'none'; });
    all('.nav-link').forEach((link) => link.classList.toggle('active', link.hash === `#${wanted}`));
  }

  function bar(name, parts, note) {
    const row = make('div', 'bar');
    const track = make('div', 'track');
    const sum = parts.reduce((total, part) => total + part.share, 0) || 1;
    parts.forEach((part) => {
      const piece = make('i', `fill-${part.kind}`);
      piece.style.width = `${(100 * part.share) / Math.max(sum, 1)}%`;
      track.append(piece);
    });
    row.append(make('span', 'name', name), track, make('span', 'value', note));
    return row;
  }

  function drawCharts() {
    ['suitePie', 'testPie', 'keywordPie'].forEach((id) => {
      const counts = charts[id];
      const place = document.getElementById(id);
      place.style.width = '100%';
      const total = counts.Pass + counts.Fail + counts.Skip;
      ['Pass', 'Fail', 'Skip'].forEach((name) => {
        const share = total ? counts[name] / total : 0;
        place.append(bar(charts.words[name], [{ share, kind: name.toLowerCase() }], String(counts[name])));
      });
    });
    const failed = document.getElementById('suiteFailureLineID');
    const times = document.getElementById('testExecutionTrends');
    [[failed, charts.suiteFailureLineID, 'fail'], [times, charts.testExecutionTrends, 'plain']].forEach(([place, rows, kind]) => {
      const top = Math.max(1, ...rows.map((row) => row.value));
      rows.forEach((row) => place.append(bar(row.label, [{ share: row.value / top, kind }], `${row.value} ${row.note}`)));
      if (!rows.length) place.append(make('p', '', '–'));
    });
  }

  function value(row, index) {
    const text = row.cells[index].textContent.trim();
    const number = Number(text);
    return text !== '' && Number.isFinite(number) ? number : text;
  }

  function sortable(table) {
    const body = table.tBodies[0];
    all('thead th', table).forEach((head, index) => {
      const button = make('button', '', head.textContent);
      button.type = 'button';
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending';
        all('thead th', table).forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const rows = [...body.rows].sort((a, b) => {
          const [x, y] = [value(a, index), value(b, index)];
          const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
          return down ? -order : order;
        });
        body.append(...rows);
      });
    });
    all('tfoot tr > *', table).forEach((cell) => {
      const field = cell.querySelector('input');
      if (!field) return;
      field.setAttribute('aria-label', field.placeholder);
      field.addEventListener('input', () => filterRows(table));
    });
  }

  function filterRows(table) {
    const wanted = all('tfoot tr > *', table).map((cell) => (cell.querySelector('input')?.value || '').toLowerCase());
    [...table.tBodies[0].rows].forEach((row) => {
      row.hidden = !wanted.every((text, index) => !text || row.cells[index].textContent.toLowerCase().includes(text));
    });
  }

  function interactive(selector, action) {
    all(selector).forEach((element) => {
      if (element.tagName !== 'BUTTON') {
        element.tabIndex = 0;
        element.setAttribute('role', selector.includes('newtab') ? 'link' : 'button');
        element.addEventListener('keydown', (event) => { if (event.key === 'Enter') action(element); });
      }
      element.addEventListener('click', () => action(element));
    });
  }

  function showSuite(card) {
    const [id] = quoted(card.dataset.updatedetails);
    all('.suite-content').forEach((content) => { content.style.display = content.id === `${id}_details` ? 'block' : 'none'; });
  }

  function filterSuites(button) {
    const [status] = quoted(button.dataset.filterbystatus);
    all('[data-filterbystatus]').forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
    all('.suite-card').forEach((card) => { card.hidden = status !== 'all' && card.dataset.status !== status; });
  }

  drawCharts();
  all('table.display').forEach(sortable);
  interactive('[data-openinnewtab]', (cell) => window.open(quoted(cell.dataset.openinnewtab)[0], '_blank', 'noopener'));
  interactive('[data-updatedetails]', showSuite);
  interactive('[data-filterbystatus]', filterSuites);
  const first = document.querySelector('.suite-card.fail') || document.querySelector('.suite-card');
  if (first) showSuite(first);
  window.addEventListener('hashchange', showSection);
  showSection();
})();
