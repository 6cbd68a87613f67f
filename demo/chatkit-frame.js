/**
 * The app in the stand-in's iframe: waits for the page's port, then wires its parts.
 *
 * General layout: chatkit-border.js (the port), chatkit-api.js (the server's protocol),
 * chatkit-threads.js, chatkit-responses.js and chatkit-items.js (what happens), chatkit-commands.js
 * (what the page may ask), and the view: chatkit-view.js with conversation, composer and history.
 */

import { Api } from "./chatkit-api.js";
import { Border, settings } from "./chatkit-border.js";
import { commandTable, refuseCommand } from "./chatkit-commands.js";
import { Responses } from "./chatkit-responses.js";
import { Threads } from "./chatkit-threads.js";
import { View } from "./chatkit-view.js";

class App {
  #border;
  #options = {};
  #threads;
  #view;
  #commands;
  #refused = false;

  constructor(port) {
    const border = new Border(port, (message) => this.#receive(message));
    const api = new Api(border);
    const options = () => this.#options;
    const changed = () => this.#view.changed();
    const threads = new Threads(border, api, changed);
    const responses = new Responses(border, api, threads, options, changed);
    const view = new View({ border, api, threads, responses, options });
    this.#border = border;
    this.#threads = threads;
    this.#view = view;
    this.#commands = commandTable({ threads, responses, ...view.parts });
  }

  #receive(message) {
    if (message.kind === "start") this.#start(message);
    else if (message.kind === "options") this.#configure(message.options);
    else if (message.kind === "command") this.#border.reply(message.id, this.#run(message));
  }

  #start({ options, initialThread, late }) {
    // As measured: mounted after the page's load, the element adds a session-history entry in
    // Chromium (userAgentData is Chromium's alone), so that the first Back can seem swallowed.
    if (late && navigator.userAgentData) history.pushState(null, "");
    this.#configure(options);
    if (this.#refused) return;
    if (initialThread) this.#threads.openInitial(initialThread).catch(() => {});
    if (settings().refuseDomain) this.#leave();
  }

  #configure(options) {
    const why = refusal(options);
    if (why && !this.#refused) this.#border.emitError("IntegrationError", why);
    this.#refused = why !== null;
    if (this.#refused) return;
    this.#options = options;
    this.#view.configure();
  }

  async #run({ name, args }) {
    if (this.#refused) refuseCommand(name);
    await this.#commands[name](...args);
  }

  /** Domain verification has failed: the iframe goes, whatever it was doing. */
  #leave() {
    this.#border.emitError("DomainVerificationRequestError", "Domain verification failed.");
    this.#border.remove();
  }
}

/** Why the app will not have these options, or null. */
function refusal({ api }) {
  if (settings().refuseOptions) return "ChatKit: the options were refused.";
  if (api?.url || api?.getClientSecret) return null;
  return "ChatKit: options.api needs a url or getClientSecret.";
}

window.addEventListener("message", function connect({ source, data, ports }) {
  if (source !== window.parent || data?.chatkit !== "connect") return;
  window.removeEventListener("message", connect);
  new App(ports[0]);
});
