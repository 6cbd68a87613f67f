/**
 * What the published declarations of ChatKit say, as JSON on stdout, read by TypeScript's own parser
 * and checker: `events` (names and the members of their details), `methods` (names and parameters),
 * `options`, and of the React binding `react.methods` and `react.handlers`.
 *
 * A kind is `{any: [alternative…], nullable}`. An alternative is `{plain: "text" | "number" | "yes" |
 * "function" | "any"}`, `{words: […]}` (literals), `{list: kind}`, `{table: kind}` or
 * `{name, members: {name: {kind, required}}}`. A function has `parameters` and `result` too, a promise
 * being its value with `isAsync`. What the browser or a widget is made of is "any". Objects that stand beside each other in a union are
 * one, with the members of all. Comments stay out: they are OpenAI's.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const ts = require("typescript");
const modules = join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules", "@openai");
const files = [
  join(process.argv[2] ?? join(modules, "chatkit"), "types", "index.d.ts"),
  join(process.argv[3] ?? join(modules, "chatkit-react"), "dist", "index.d.ts"),
];
const program = ts.createProgram(files, {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  module: ts.ModuleKind.ESNext,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
});
const checker = program.getTypeChecker();
const { TypeFlags } = ts;

function declared(file, name) {
  const source = program.getSourceFile(file);
  for (const node of source.statements) {
    if (node.name?.text === name) return checker.getTypeAtLocation(node.name);
    for (const one of node.declarationList?.declarations ?? [])
      if (one.name.text === name) return checker.getTypeAtLocation(one.name);
  }
  throw new Error(`${file} declares no ${name}`);
}

function kindOf(type) {
  const parts = type.isUnion() ? type.types : [type];
  const is = (part, flag) => (part.flags & flag) !== 0;
  const plain = new Set();
  const words = [];
  const objects = [];
  const others = [];
  for (const part of parts) {
    if (is(part, TypeFlags.Undefined | TypeFlags.Null | TypeFlags.Void)) continue;
    if (is(part, TypeFlags.StringLiteral | TypeFlags.NumberLiteral)) words.push(part.value);
    else if (is(part, TypeFlags.StringLike)) plain.add("text");
    else if (is(part, TypeFlags.NumberLike)) plain.add("number");
    else if (is(part, TypeFlags.BooleanLike)) plain.add("yes");
    else if (is(part, TypeFlags.AnyOrUnknown)) plain.add("any");
    else if (part.getCallSignatures().length) others.push(functionOf(part));
    else if (isForeign(part)) plain.add("any");
    else if (checker.isArrayType(part))
      others.push({ list: kindOf(checker.getTypeArguments(part)[0]) });
    else if (part.getStringIndexType()) others.push({ table: kindOf(part.getStringIndexType()) });
    else objects.push(part);
  }
  const any = [...[...plain].map((name) => ({ plain: name })), ...others];
  if (words.length) any.push({ words });
  if (objects.length) any.push(joined(type, objects));
  // What a function may return for nothing is None to Python, as null is.
  return { any, nullable: parts.some((part) => is(part, TypeFlags.Null | TypeFlags.Void)) };
}

/** What comes from elsewhere: a browser's own objects, and the parts of widgets. */
function isForeign(type) {
  const source = type.symbol?.declarations?.[0]?.getSourceFile();
  return (
    !checker.isArrayType(type) && !type.getStringIndexType() && !files.includes(source?.fileName)
  );
}

function functionOf(type) {
  const made = { plain: "function" };
  if (isForeign(type)) return made;
  const [signature] = type.getCallSignatures();
  const returned = signature.getReturnType();
  const parts = returned.isUnion() ? returned.types : [returned];
  const promised = parts.map((part) => checker.getPromisedTypeOfPromise(part)).find(Boolean);
  made.isAsync = promised !== undefined;
  made.result = kindOf(promised ?? returned);
  made.parameters = signature
    .getParameters()
    .map((parameter) => kindOf(checker.getTypeOfSymbol(parameter)));
  return made;
}

/** Objects of a union as one: a member has to be there where it has to in each of them. */
function joined(type, objects) {
  const all = objects.map(membersOf);
  const members = {};
  for (const name of new Set(all.flatMap((one) => Object.keys(one)))) {
    const given = all.map((one) => one[name]).filter(Boolean);
    members[name] = {
      required: given.length === all.length && given.every((one) => one.required),
      kind: {
        any: merged(given.flatMap((one) => one.kind.any)),
        nullable: given.some((one) => one.kind.nullable),
      },
    };
  }
  const name = type.aliasSymbol?.name ?? (objects.length === 1 && objects[0].aliasSymbol?.name);
  return { name: name || null, members };
}

function merged(alternatives) {
  const words = alternatives.flatMap((one) => one.words ?? []);
  const texts = alternatives.filter((one) => !one.words).map((one) => JSON.stringify(one));
  const any = [...new Set(texts)].map((text) => JSON.parse(text));
  return words.length ? [...any, { words: [...new Set(words)] }] : any;
}

function membersOf(type) {
  const members = {};
  for (const symbol of checker.getPropertiesOfType(type)) {
    const required = (symbol.flags & ts.SymbolFlags.Optional) === 0;
    members[symbol.name] = { required, kind: kindOf(checker.getTypeOfSymbol(symbol)) };
  }
  return members;
}

function methodsOf(type) {
  const methods = {};
  for (const symbol of checker.getPropertiesOfType(type)) {
    const own = symbol.declarations?.some((one) => one.getSourceFile().fileName === files[0]);
    const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
    if (!own || !signature) continue;
    methods[symbol.name] = signature.getParameters().map((parameter) => ({
      name: parameter.name,
      kind: kindOf(checker.getTypeOfSymbol(parameter)),
    }));
  }
  return methods;
}

function eventsOf(type) {
  const events = {};
  for (const symbol of checker.getPropertiesOfType(type)) {
    const [detail] = checker.getTypeArguments(checker.getTypeOfSymbol(symbol));
    const isNothing = (detail.flags & TypeFlags.VoidLike) !== 0;
    events[symbol.name] = isNothing ? [] : checker.getPropertiesOfType(detail).map((m) => m.name);
  }
  return events;
}

const [chatkit, react] = files;
const named = (type) => checker.getPropertiesOfType(type).map((symbol) => symbol.name);
console.log(
  JSON.stringify({
    events: eventsOf(declared(chatkit, "ChatKitEvents")),
    methods: methodsOf(declared(chatkit, "OpenAIChatKit")),
    options: kindOf(declared(chatkit, "ChatKitOptions")),
    react: {
      methods: named(declared(react, "ChatKitMethods")),
      handlers: named(declared(react, "ChatKitEventHandlers")),
    },
  }),
);
