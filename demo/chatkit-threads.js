/**
 * Threads and which of them is active. One Threads object per element: an id that has failed once
 * stays here as an empty thread, which is how it comes to be poisoned on this element alone.
 */

import { applyEvent } from "./chatkit-items.js";

export class Thread {
  /** A thread without an id is one whose first message has not created it yet. */
  constructor(id = null) {
    this.id = id;
    this.clientId = `client_thread_${crypto.randomUUID()}`;
    this.title = null;
    this.items = [];
    /** The running load: a promise that never rejects before somebody waits for it. */
    this.loading = null;
    /** Its load has failed on this element: its messages will not come back. */
    this.poisoned = false;
    /** The running response, see chatkit-responses.js. */
    this.response = null;
    /** A client tool runs, has thrown or hangs: refuses commands until the thread is left. */
    this.locked = false;
    this.progress = null;
    this.notice = null;
    /** The message sent last, for the user's Try again. */
    this.unsent = null;
  }

  get busy() {
    return this.response !== null || this.locked;
  }

  apply(event) {
    if (event.thread) this.title = event.thread.title ?? null;
    else applyEvent(this.items, event);
  }
}

export class Threads {
  #border;
  #api;
  #known = new Map();
  #changed;
  active = null;
  /** Shown with a new chat: the thread whose first message did not get through. */
  failed = null;

  constructor(border, api, changed) {
    this.#border = border;
    this.#api = api;
    this.#changed = changed;
  }

  /** The thread that options.initialThread names: loads, but no thread.change tells of it. */
  async openInitial(id) {
    const thread = this.#add(id);
    this.active = thread;
    this.#changed();
    this.#border.emit(["thread.load.start", { threadId: id }]);
    try {
      await this.#load(thread);
    } catch (error) {
      const words = error?.message ?? String(error);
      this.#border.emitError("InitialThreadLoadError", `Failed to load initial thread: ${words}`);
      if (this.active === thread) this.show(null);
      throw error;
    }
  }

  /** What setThreadId does. Rejects with what the load rejected with. */
  async open(id) {
    const previous = this.active;
    if (id === null ? previous === null : previous?.id === id) return;
    if (id === null) {
      this.show(null);
      return;
    }
    const known = this.#known.get(id);
    if (known && !known.loading) {
      this.show(known);
      return;
    }
    const thread = known ?? this.#add(id);
    this.show(thread, known ? [] : [["thread.load.start", { threadId: id }]]);
    try {
      await (known ? known.loading : this.#load(thread));
    } catch (error) {
      // As measured: the change back comes right after the load's end, in a task of its own.
      if (this.active === thread) this.show(previous);
      throw error;
    }
  }

  /**
   * Makes a thread (or, with null, a new chat) the active one and says so. Responses are told for
   * the active thread, so leaving a streaming one tells a false end, and coming back a new start.
   */
  show(thread, more = []) {
    const before = this.active;
    this.enter(thread);
    this.#border.emit(
      ["thread.change", { threadId: thread?.id ?? null }],
      ...this.turnOver(before, thread),
      ...more,
    );
    this.#changed();
  }

  /** Makes a thread the active one without a word. Leaving a thread unlocks it. */
  enter(thread, failed = null) {
    if (this.active && this.active !== thread) this.active.locked = false;
    this.active = thread;
    this.failed = failed;
  }

  /** The events that tell of responding when one active thread follows another. */
  turnOver(before, after) {
    return [
      ...(before?.response ? [["response.end"]] : []),
      ...(after?.response ? [["response.start"]] : []),
    ];
  }

  /** The first message has created its thread. It is told only if it is still on screen. */
  created(thread, data) {
    thread.id = data.id;
    this.#known.set(data.id, thread);
    if (this.active === thread) {
      this.#border.emit(["thread.change", { threadId: data.id }]);
    }
  }

  /** Reads the active thread again; a poisoned one gets its title back and nothing else. */
  async refresh() {
    const thread = this.active;
    await thread?.response?.ended;
    if (!thread?.id) return;
    const data = await this.#read(thread.id);
    thread.title = data.title ?? null;
    if (!thread.poisoned && !thread.response) thread.items = data.items.data;
    this.#changed();
  }

  async rename(id, title) {
    await this.#api.json("threads.update", { thread_id: id, title });
    const thread = this.#known.get(id);
    if (thread) thread.title = title;
    this.#changed();
  }

  /** A deleted thread that is active is gone at once, before the server has answered. */
  async remove(id) {
    if (this.active?.id === id) this.show(null);
    this.#known.delete(id);
    await this.#api.json("threads.delete", { thread_id: id });
  }

  #add(id) {
    const thread = new Thread(id);
    this.#known.set(id, thread);
    return thread;
  }

  #load(thread) {
    thread.loading = this.#fill(thread);
    return thread.loading;
  }

  async #fill(thread) {
    try {
      const data = await this.#read(thread.id);
      thread.title = data.title ?? null;
      thread.items = data.items.data;
    } catch (error) {
      thread.poisoned = true;
      throw error;
    } finally {
      thread.loading = null;
      this.#border.emit(["thread.load.end", { threadId: thread.id }]);
      this.#changed();
    }
  }

  /** The server hands a thread over with its first page of items; the rest is asked for. */
  async #read(id) {
    const data = await this.#api.json("threads.get_by_id", { thread_id: id });
    let page = data.items;
    while (page.has_more) {
      page = await this.#api.json("items.list", {
        thread_id: id,
        limit: 100,
        order: "asc",
        after: page.after,
      });
      data.items.data.push(...page.data);
    }
    return data;
  }
}
