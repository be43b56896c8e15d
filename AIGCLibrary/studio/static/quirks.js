// Elements that come late, and a button that lives behind a shadow root: pages as they are in the wild.

class StudioAction extends HTMLElement {
  connectedCallback() {
    let root = this.shadowRoot;
    const template = this.querySelector("template[shadowrootmode]");
    if (!root && template) {
      // Content inserted by script does not get its declarative shadow root from the parser.
      root = this.attachShadow({ mode: "open" });
      root.append(template.content);
      template.remove();
    }
    root?.querySelector("button")?.addEventListener("click", () => this.closest("form").requestSubmit());
  }
}

customElements.define("studio-action", StudioAction);

for (const template of document.querySelectorAll("template[data-late]")) {
  setTimeout(() => template.replaceWith(template.content), Number(template.dataset.late));
}
