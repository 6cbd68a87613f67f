/** Thread items, and what the events of a stream do to them. */

/** The item of a message that is on its way; the server's own item takes its place. */
export function optimisticMessage(input, attachments) {
  return {
    id: `client_item_${crypto.randomUUID()}`,
    type: "user_message",
    optimistic: true,
    content: input.content,
    quoted_text: input.quoted_text,
    attachments,
  };
}

/** The text of a user's or an assistant's message. */
export function textOf(item) {
  return (item.content ?? [])
    .map((part) => (part.type === "input_tag" ? `@${part.text}` : part.text))
    .join("");
}

/** Applies one stream event to a list of items, in place. */
export function applyEvent(items, event) {
  CHANGES[event.type]?.(items, event);
}

const CHANGES = {
  "thread.item.added": (items, { item }) => put(items, item),
  "thread.item.done": (items, { item }) => put(items, item),
  "thread.item.replaced": (items, { item }) => put(items, item),
  "thread.item.removed": (items, { item_id }) => {
    const at = items.findIndex((item) => item.id === item_id);
    if (at >= 0) items.splice(at, 1);
  },
  "thread.item.updated": (items, { item_id, update }) => {
    const item = items.find(({ id }) => id === item_id);
    if (item) UPDATES[update.type]?.(item, update);
  },
};

/** Adds an item or replaces it. The server's user message takes the place of the one on its way. */
function put(items, item) {
  let at = items.findIndex(({ id }) => id === item.id);
  if (at < 0 && item.type === "user_message") at = items.findLastIndex((each) => each.optimistic);
  if (at >= 0) items[at] = item;
  else items.push(item);
}

function part(item, index) {
  while (item.content.length <= index) item.content.push({ type: "output_text", text: "" });
  return item.content[index];
}

const UPDATES = {
  "assistant_message.content_part.added": (item, { content_index, content }) => {
    part(item, content_index);
    item.content[content_index] = content;
  },
  "assistant_message.content_part.text_delta": (item, { content_index, delta }) => {
    part(item, content_index).text += delta;
  },
  "assistant_message.content_part.done": (item, { content_index, content }) => {
    part(item, content_index);
    item.content[content_index] = content;
  },
  "widget.root.updated": (item, { widget }) => {
    item.widget = widget;
  },
  "widget.component.updated": (item, { component_id, component }) => {
    const found = componentIn(item.widget, component_id);
    if (found) Object.assign(found, component);
  },
  "widget.streaming_text.value_delta": (item, { component_id, delta }) => {
    const found = componentIn(item.widget, component_id);
    if (found) found.value = (found.value ?? "") + delta;
  },
  "workflow.task.added": (item, { task_index, task }) => {
    item.workflow.tasks.splice(task_index, 0, task);
  },
  "workflow.task.updated": (item, { task_index, task }) => {
    item.workflow.tasks[task_index] = task;
  },
};

function componentIn(root, id) {
  if (root.id === id) return root;
  for (const child of root.children ?? []) {
    const found = componentIn(child, id);
    if (found) return found;
  }
  return null;
}
