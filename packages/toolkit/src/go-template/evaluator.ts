import { nearest } from '../text/nearest.ts';
import type { Branches, Command, Node, Operand, ParsedTemplate, Pipeline } from './ast.ts';
import type { Budget } from './budget.ts';
import { type Argument, absent, callChecked } from './call.ts';
import { CallError } from './call-error.ts';
import { printValue } from './print.ts';
import { type TemplateSource, executeError } from './template-error.ts';
import { GoFunction, GoMap, GoObject, type GoValue, isList, isTrue, typeName, underlying } from './value.ts';

/** How a list of nodes ended. */
type Completion = 'done' | 'break' | 'continue';
/** Where an error is, and what an operand is given: its arguments and what the pipeline's earlier command made. */
interface Call {
  readonly dot: GoValue;
  readonly args: readonly Operand[];
  readonly last: Argument;
  readonly at: { readonly position: number; readonly source: string };
}

const maxDepth = 500;
/** Where an error of the whole template is. */
const beginning = { position: 0, source: '' };

/** A template with the functions that it calls. */
export interface CallingTemplate extends ParsedTemplate {
  readonly functions: ReadonlyMap<string, GoFunction>;
}

/** Renders a template that was parsed. @throws TemplateError */
export function evaluate(
  source: TemplateSource,
  template: CallingTemplate,
  data: GoValue,
  budget: Budget,
): string {
  const output: string[] = [];
  new Evaluation(source, template, { output, budget }, 0).run(template.root, data);
  return output.join('');
}

/** What all templates of a rendering share. */
interface Rendering {
  readonly output: string[];
  readonly budget: Budget;
}

/** One template that is being rendered, with the variables of its own. */
class Evaluation {
  readonly #source: TemplateSource;
  readonly #template: CallingTemplate;
  readonly #rendering: Rendering;
  readonly #depth: number;
  #variables: { readonly name: string; value: GoValue }[] = [];

  constructor(source: TemplateSource, template: CallingTemplate, rendering: Rendering, depth: number) {
    this.#source = source;
    this.#template = template;
    this.#rendering = rendering;
    this.#depth = depth;
  }

  run(nodes: readonly Node[], dot: GoValue): void {
    this.#variables = [{ name: '$', value: dot }];
    this.#nodes(nodes, dot);
  }

  #nodes(nodes: readonly Node[], dot: GoValue): Completion {
    for (const node of nodes) {
      const completion = this.#node(node, dot);
      if (completion !== 'done') return completion;
    }
    return 'done';
  }

  #node(node: Node, dot: GoValue): Completion {
    this.#step();
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return 'done';
      case 'action':
        this.#print(node.pipeline, this.#pipeline(node.pipeline, dot));
        return 'done';
      case 'if':
      case 'with':
      case 'range':
        return this.#control(node, dot);
      case 'template':
        this.#call(node, dot);
        return 'done';
      case 'break':
      case 'continue':
        return node.kind;
    }
  }

  #print(pipeline: Pipeline, value: GoValue): void {
    if (pipeline.variables.length > 0) return;
    if (value instanceof GoFunction)
      throw this.#error(pipeline, `can't print ${pipeline.source} of type func`);
    this.#write(value === undefined ? '<no value>' : printValue(value));
  }

  #step(): void {
    if (!this.#rendering.budget.step()) throw this.#error(beginning, 'it does too much');
  }

  #take(values: readonly GoValue[]): void {
    if (!this.#rendering.budget.takes(values)) throw this.#error(beginning, 'it does too much');
  }

  #write(text: string): void {
    if (!this.#rendering.budget.write(text)) throw this.#error(beginning, 'it writes too much');
    this.#rendering.output.push(text);
  }

  /** Variables that were declared in it are forgotten behind it. */
  #control(node: Branches & { readonly kind: 'if' | 'with' | 'range' }, dot: GoValue): Completion {
    const mark = this.#variables.length;
    try {
      const value = this.#pipeline(node.pipeline, dot);
      if (node.kind === 'range') return this.#range(node, value, dot);
      if (!isTrue(value)) return this.#nodes(node.otherwise, dot);
      return this.#nodes(node.body, node.kind === 'with' ? value : dot);
    } finally {
      this.#variables.length = mark;
    }
  }

  #range(node: Branches, value: GoValue, dot: GoValue): Completion {
    this.#take([value]);
    const pairs = this.#pairs(node.pipeline, value);
    if (!pairs[Symbol.iterator]().next().value) return this.#nodes(node.otherwise, dot);
    const { variables, isAssignment } = node.pipeline;
    const mark = this.#variables.length;
    for (const [key, element] of pairs) {
      this.#step();
      const values = variables.length === 2 ? [key, element] : [element];
      variables.forEach((name, at) => {
        if (isAssignment) this.#assign(name, values[at]);
        else this.#variables[mark - variables.length + at]!.value = values[at];
      });
      const completion = this.#nodes(node.body, element);
      this.#variables.length = mark;
      if (completion === 'break') break;
    }
    return 'done';
  }

  #pairs(pipeline: Pipeline, value: GoValue): Iterable<readonly [GoValue, GoValue], undefined> {
    const inner = underlying(value);
    if (inner === undefined || inner === null) return [];
    if (isList(inner)) return inner.map((each, at) => [BigInt(at), each]);
    if (inner instanceof GoMap) return inner.sorted();
    if (typeof inner === 'bigint' && inner <= 1_000_000n) return countingTo(inner);
    throw this.#error(pipeline, `range can't iterate over ${printValue(value)}`);
  }

  #call(node: Extract<Node, { kind: 'template' }>, dot: GoValue): void {
    const nodes = this.#template.named.get(node.name);
    if (!nodes) throw this.#error(node, `template ${JSON.stringify(node.name)} not defined`);
    if (this.#depth >= maxDepth) throw this.#error(node, `exceeded maximum template depth (${maxDepth})`);
    const value = node.pipeline && this.#pipeline(node.pipeline, dot);
    new Evaluation(this.#source, this.#template, this.#rendering, this.#depth + 1).run(nodes, value);
  }

  #pipeline(pipeline: Pipeline, dot: GoValue): GoValue {
    let value: Argument = absent;
    for (const command of pipeline.commands) value = this.#command(command, dot, value);
    const result = value === absent ? undefined : value;
    for (const name of pipeline.variables) {
      if (pipeline.isAssignment) this.#assign(name, result);
      else this.#variables.push({ name, value: result });
    }
    return result;
  }

  #assign(name: string, value: GoValue): void {
    this.#variable(name).value = value;
  }

  #variable(name: string): { value: GoValue } {
    const found = this.#variables.findLast((each) => each.name === name);
    if (!found) throw this.#error({ position: 0, source: name }, `undefined variable: ${name}`);
    return found;
  }

  #command(command: Command, dot: GoValue, last: Argument): GoValue {
    const { first, args } = command;
    if (first.kind === 'function') return this.#function(first, { dot, args, last, at: command });
    return this.#operand(first, { dot, args, last, at: first });
  }

  /** The value of an operand; its arguments go to the method that it may name. */
  #operand(operand: Operand, call: Call): GoValue {
    const { dot } = call;
    switch (operand.kind) {
      case 'field':
        return this.#members(dot, operand.names, call);
      case 'chain':
        return this.#members(this.#argument(operand.of, dot), operand.names, call);
      case 'variable': {
        const { value } = this.#variable(operand.name);
        if (operand.names.length > 0) return this.#members(value, operand.names, call);
        this.#assertNoArguments(operand, call);
        return value;
      }
      case 'function':
        return this.#function(operand, call);
      case 'pipeline':
        this.#assertNoArguments(operand, call);
        return this.#pipeline(operand.pipeline, dot);
      case 'nil':
        throw this.#error(operand, 'nil is not a command');
      case 'dot':
        this.#assertNoArguments(operand, call);
        return dot;
      case 'constant':
        this.#assertNoArguments(operand, call);
        return operand.value;
    }
  }

  #argument(operand: Operand, dot: GoValue): GoValue {
    if (operand.kind === 'nil') return null;
    return this.#operand(operand, { dot, args: [], last: absent, at: operand });
  }

  #assertNoArguments(operand: Operand, { args, last }: Call): void {
    if (args.length > 0 || last !== absent)
      throw this.#error(operand, `can't give argument to non-function ${operand.source}`);
  }

  #function(operand: Extract<Operand, { kind: 'function' }>, call: Call): GoValue {
    const { name } = operand;
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, call);
    return this.#invoke(name, this.#template.functions.get(name)!, call); // the parser lets no other name pass
  }

  /** `and` and `or` look at no more than they need. */
  #shortCircuit(name: 'and' | 'or', { dot, args, last, at }: Call): GoValue {
    let value: Argument = absent;
    for (const operand of args) {
      value = this.#argument(operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    const result = last === absent ? value : last;
    if (result === absent) throw this.#error(at, `wrong number of args for ${name}: want at least 1 got 0`);
    return result;
  }

  #invoke(name: string, callee: GoFunction, { dot, args, last, at }: Call): GoValue {
    const values = args.map((operand) => this.#argument(operand, dot));
    const { budget } = this.#rendering;
    const given = last === absent ? values : [...values, last];
    this.#step();
    this.#take(given);
    try {
      const value = callChecked(name, callee, given);
      if (!budget.makes(value)) throw new CallError(`${name} makes too much`);
      return value;
    } catch (failure) {
      throw failure instanceof CallError ? this.#error(at, failure.message) : failure;
    }
  }

  #members(receiver: GoValue, names: readonly string[], call: Call): GoValue {
    const plain: Call = { ...call, args: [], last: absent };
    const owner = names.slice(0, -1).reduce((at, name) => this.#member(at, name, plain), receiver);
    return this.#member(owner, names.at(-1)!, call);
  }

  #member(receiver: GoValue, name: string, call: Call): GoValue {
    if (receiver === undefined) return undefined;
    if (receiver === null) throw this.#error(call.at, `nil pointer evaluating interface {}.${name}`);
    const method = receiver instanceof GoObject && own(receiver.parts.methods, name);
    if (method) return this.#invoke(name, method, call);
    const hasArguments = call.args.length > 0 || call.last !== absent;
    if (receiver instanceof GoMap) {
      if (hasArguments) throw this.#error(call.at, `${name} is not a method but has arguments`);
      return receiver.entries.get(name);
    }
    const field = receiver instanceof GoObject ? fieldOf(receiver, name) : undefined;
    if (!field) {
      const meant = receiver instanceof GoObject ? nearest(name, receiver.names()) : undefined;
      throw this.#error(call.at, `can't evaluate field ${name} in type ${typeName(receiver)}`, meant);
    }
    if (hasArguments) throw this.#error(call.at, `${name} has arguments but cannot be invoked as function`);
    return field.value;
  }

  #error(at: { readonly position: number; readonly source: string }, what: string, meant?: string): Error {
    return executeError(this.#source, at, what, meant);
  }
}

/** The numbers below a number, which are made one by one: most loops over many end early. */
const countingTo = (end: bigint): Iterable<readonly [GoValue, GoValue], undefined> => ({
  *[Symbol.iterator]() {
    for (let at = 0n; at < end; at += 1n) yield [at, at] as const;
    return undefined;
  },
});

function fieldOf({ parts }: GoObject, name: string): { readonly value: GoValue } | undefined {
  if (parts.fields && Object.hasOwn(parts.fields, name)) return { value: parts.fields[name] };
  if (parts.value instanceof GoMap && parts.value.entries.has(name))
    return { value: parts.value.entries.get(name) };
  return parts.lookUp?.(name);
}

const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record && Object.hasOwn(record, name) ? record[name] : undefined;
