// Keeps task panels in step with the server: server-sent events in, rows up to date.

const ENDED = ["succeeded", "failed", "cancelled"];

class Panel {
  constructor(list) {
    this.list = list;
    this.words = list.dataset;
    this.wanted = list.dataset.panel;
    this.template = list.parentElement.querySelector("template[data-row]");
    this.empty = list.parentElement.querySelector("[data-empty]");
    this.news = list.parentElement.querySelector("[data-news]");
    list.addEventListener("submit", (event) => this.act(event));
  }

  row(id) {
    return this.list.querySelector(`[data-task-id="${CSS.escape(id)}"]`);
  }

  show(task) {
    let row = this.row(task.id);
    if (!row && this.wanted !== "all" && this.wanted !== task.status) return;
    if (!row) {
      row = this.template.content.firstElementChild.cloneNode(true);
      row.dataset.taskId = task.id;
      this.list.prepend(row);
    }
    this.fill(row, task);
    this.empty.hidden = this.list.childElementCount > 0;
  }

  fill(row, task) {
    const part = (name) => row.querySelector(`[data-part="${name}"]`);
    const percent = Math.round(task.progress * 100);
    const changed = row.dataset.status !== task.status;
    row.dataset.status = task.status;
    part("kind").dataset.kind = task.kind;
    part("prompt").textContent = task.prompt;
    part("prompt").title = task.prompt;
    part("status").textContent = this.words[task.status];
    part("progress").value = percent;
    part("progress").textContent = `${percent}%`;
    part("note").textContent = this.note(task, percent);
    part("cancel").hidden = ENDED.includes(task.status);
    part("cancel").action = `/tasks/${task.id}/cancel`;
    part("retry").hidden = !["failed", "cancelled"].includes(task.status);
    part("retry").action = `/tasks/${task.id}/retry`;
    const file = task.result && task.result.files[0];
    part("download").hidden = !file;
    if (file) part("download").href = file.url;
    if (changed && ENDED.includes(task.status)) this.news.textContent = `${task.prompt}: ${this.words[task.status]}`;
  }

  note(task, percent) {
    const about = `${this.words.about} ${Math.ceil(task.eta_s ?? 0)} ${this.words.seconds}`;
    if (task.error) return this.list.getAttribute(`data-why-${task.error.class.replace("_", "-")}`) ?? task.error.message;
    if (task.queue_position) return `${this.words.place} ${task.queue_position} · ${about}`;
    if (task.eta_s !== null) return `${percent}% · ${about}`;
    return `${task.cost.credits} ${this.words.credits}`;
  }

  async act(event) {
    const form = event.target.closest("form[data-action]");
    if (!form) return;
    event.preventDefault();
    const id = form.closest("[data-task-id]").dataset.taskId;
    const answer = await fetch(`/api/v1/tasks/${id}/${form.dataset.action}`, { method: "POST" });
    const body = await answer.json();
    if (answer.ok) this.show(body);
    else this.news.textContent = body.error.message;
  }
}

class LiveBadge extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    for (const name of ["base", "parts"]) {
      const sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = `/static/${name}.css`;
      root.append(sheet);
    }
    this.mark = document.createElement("span");
    this.mark.className = "live";
    root.append(this.mark);
    this.set(false);
  }

  set(on) {
    this.mark.textContent = on ? this.dataset.on : this.dataset.off;
    this.mark.toggleAttribute("data-on", on);
  }
}

customElements.define("live-badge", LiveBadge);

const panels = [...document.querySelectorAll("[data-panel]")].map((list) => new Panel(list));
if (panels.length) {
  const badges = [...document.querySelectorAll("live-badge")];
  const known = [...document.querySelectorAll("[data-panel] [data-task-id]")].map((row) => row.dataset.taskId);
  const stream = new EventSource(`/api/v1/events?known=${known.map(encodeURIComponent).join()}`);
  stream.addEventListener("open", () => badges.forEach((badge) => badge.set(true)));
  stream.addEventListener("error", () => badges.forEach((badge) => badge.set(false)));
  stream.addEventListener("task", (event) => {
    const task = JSON.parse(event.data);
    panels.forEach((panel) => panel.show(task));
  });
}
