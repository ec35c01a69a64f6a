import type { CelEnv, parse } from '@bufbuild/cel';
import { type CelShape, type ScalarShape, anyShape } from './cel-shape.ts';

type Parsed = ReturnType<typeof parse>;
type Expression = NonNullable<Parsed['expr']>;
type Call = Extract<Expression['exprKind'], { readonly case: 'callExpr' }>['value'];
type Select = Extract<Expression['exprKind'], { readonly case: 'selectExpr' }>['value'];
type Comprehension = Extract<Expression['exprKind'], { readonly case: 'comprehensionExpr' }>['value'];

export interface ExpressionFault {
  /** The place in the text, counted from 0. */
  readonly offset: number;
  readonly message: string;
}

export interface CheckedExpression {
  readonly shape: CelShape;
  readonly faults: readonly ExpressionFault[];
  /** The names of the variables that the expression uses. */
  readonly uses: ReadonlySet<string>;
  /** Whether its time is bounded by the length of the expression and of what it is given. */
  readonly isQuick: boolean;
}

type Scope = ReadonlyMap<string, CelShape>;

/** Finds names, fields and functions in an expression that there are not, and calls with values of wrong types. */
export function checkExpression(
  text: string,
  { expr, sourceInfo }: Parsed,
  { funcs }: CelEnv,
  variables: Readonly<Record<string, CelShape>>,
): CheckedExpression {
  const check = new Check(funcs, (id) => sourceInfo?.positions[String(id)] ?? 0, text);
  const shape = expr ? check.shapeOf(expr, new Map(Object.entries(variables))) : anyShape;
  return { shape, faults: check.faults, uses: check.uses, isQuick: check.isQuick };
}

const bool: CelShape = { type: 'bool' };
const typeNames = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
]);
const scalars: ReadonlySet<string> = new Set<ScalarShape>([
  ...(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'null_type'] as const),
]);

/** What looks at each part of its operands once at most. */
const quickFunctions: ReadonlySet<string> = new Set([
  ...['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_', '_&&_', '_||_', '!_', '_?_:_', '@in', '_[_]', 'size'],
  ...['_+_', '_-_', '_*_', '_/_', '_%_', '-_', 'startsWith', 'endsWith', 'hasValue', 'value', 'orValue'],
]);

class Check {
  isQuick = true;
  readonly faults: ExpressionFault[] = [];
  readonly uses = new Set<string>();
  readonly #funcs: CelEnv['funcs'];
  readonly #offsetOf: (id: bigint) => number;
  readonly #text: string;

  constructor(funcs: CelEnv['funcs'], offsetOf: (id: bigint) => number, text: string) {
    this.#text = text;
    this.#funcs = funcs;
    this.#offsetOf = offsetOf;
  }

  shapeOf(expression: Expression, scope: Scope): CelShape {
    const { exprKind } = expression;
    switch (exprKind.case) {
      case 'constExpr':
        return constantShape(exprKind.value.constantKind.case);
      case 'identExpr':
        return this.#variable(exprKind.value.name, expression, scope);
      case 'selectExpr':
        return this.#field(exprKind.value, expression, scope);
      case 'callExpr':
        return this.#call(exprKind.value, expression, scope);
      case 'comprehensionExpr':
        return this.#comprehension(exprKind.value, scope);
      case 'listExpr': {
        const shapes = exprKind.value.elements.map((each) => this.shapeOf(each, scope));
        return { type: 'list', items: shapes.length === 1 ? shapes[0]! : commonShape(shapes) };
      }
      case 'structExpr': {
        for (const { keyKind, value } of exprKind.value.entries) {
          if (keyKind.case === 'mapKey') this.shapeOf(keyKind.value, scope);
          if (value) this.shapeOf(value, scope);
        }
        return anyShape;
      }
      case undefined:
        return anyShape;
    }
  }

  #variable(name: string, { id }: Expression, scope: Scope): CelShape {
    const shape = scope.get(name);
    if (shape) {
      this.uses.add(name);
      return shape;
    }
    if (!typeNames.has(name)) this.#tell(id, `undeclared reference to '${name}' (in container '')`);
    return anyShape;
  }

  #field({ operand, field, testOnly }: Select, { id }: Expression, scope: Scope): CelShape {
    if (!operand) return anyShape;
    const shape = this.shapeOf(operand, scope);
    const found = fieldShape(shape, field);
    if (found === undefined) {
      const isObject = shape.type === 'object';
      // A test for a field is told of where it names the field.
      const at = testOnly ? operand.id : id;
      const offset = testOnly ? this.#offsetOf(id) + 'has'.length : this.#offsetOf(at);
      this.faults.push({
        offset,
        message: isObject
          ? `undefined field '${field}'`
          : `type '${shape.type}' does not support field selection`,
      });
    }
    return testOnly ? bool : (found ?? anyShape);
  }

  #call({ target, function: name, args }: Call, expression: Expression, scope: Scope): CelShape {
    this.isQuick &&= quickFunctions.has(name);
    const qualified = target && qualifiedName(target);
    if (
      qualified !== undefined &&
      !scope.has(qualified.split('.')[0]!) &&
      this.#funcs.find(`${qualified}.${name}`)
    ) {
      for (const each of args) this.shapeOf(each, scope);
      return this.#result(`${qualified}.${name}`, [], expression);
    }
    const shapes = [...(target ? [target] : []), ...args].map((each) => this.shapeOf(each, scope));
    switch (name) {
      case '_[_]':
        return itemShape(shapes[0] ?? anyShape);
      case '_?_:_':
        return commonShape(shapes.slice(1));
      case '_&&_':
      case '_||_':
      case '@not_strictly_false':
      case '__not_strictly_false__':
        return bool;
      default:
        return this.#result(name, shapes, expression);
    }
  }

  #result(name: string, shapes: readonly CelShape[], { id }: Expression): CelShape {
    const group = this.#funcs.find(name);
    if (!group) {
      this.#tellCall(id, name, `undeclared reference to '${name}' (in container '')`);
      return anyShape;
    }
    const overloads = [...group];
    const given = shapes.map(({ type }) => type);
    const isKnown = given.length > 0 && given.every((type) => scalars.has(type));
    const isEquality = name === '_==_' || name === '_!=_';
    const fitting = overloads.filter(({ target, arguments: parameters }) => {
      const types = [...(target ? [target] : []), ...parameters].map(({ name: type }) => type);
      return types.length === given.length && types.every((type, at) => type === 'dyn' || type === given[at]);
    });
    const isWrong =
      isKnown &&
      (fitting.length === 0 || (isEquality && given[0] !== given[1] && !given.includes('null_type')));
    if (isWrong)
      this.#tellCall(id, name, `found no matching overload for '${name}' applied to '${signature(given)}'`);
    const results = new Set((isKnown && !isWrong ? fitting : overloads).map(({ result }) => result.name));
    const [only = 'any'] = results.size === 1 ? results : [];
    return scalars.has(only) ? { type: only as ScalarShape } : anyShape;
  }

  #comprehension(value: Comprehension, scope: Scope): CelShape {
    this.isQuick = false;
    const { iterVar, iterRange, accuVar, accuInit, loopCondition, loopStep, result } = value;
    const range = iterRange ? this.shapeOf(iterRange, scope) : anyShape;
    const accu = accuInit ? this.shapeOf(accuInit, scope) : anyShape;
    const inner = new Map([...scope, [accuVar, loose(accu)], [iterVar, iteratedShape(range)]]);
    for (const each of [loopCondition, loopStep]) if (each) this.shapeOf(each, inner);
    return result ? this.shapeOf(result, new Map([...scope, [accuVar, loose(accu)]])) : anyShape;
  }

  #tell(id: bigint, message: string): void {
    this.faults.push({ offset: this.#offsetOf(id), message });
  }

  /** A call is told of where its operator stands, or its arguments begin. */
  #tellCall(id: bigint, name: string, message: string): void {
    const offset = this.#offsetOf(id);
    const mark = /^_?([^\w@]+)_?$/.exec(name)?.[1] ?? '(';
    this.faults.push({ offset: Math.max(this.#text.indexOf(mark, offset), offset), message });
  }
}

/** A list that is built up has items of any type in the end. */
const loose = (shape: CelShape): CelShape =>
  shape.type === 'bool' || shape.type === 'int' ? shape : anyShape;

const signature = (types: readonly string[]): string => `(${types.join(', ')})`;

function constantShape(kind: string | undefined): CelShape {
  const type = kind?.replace(/(64)?Value$/, '').replace('null', 'null_type') ?? 'any';
  return scalars.has(type) ? { type: type as ScalarShape } : anyShape;
}

function fieldShape(shape: CelShape, field: string): CelShape | undefined {
  if (shape.type === 'any') return anyShape;
  if (shape.type === 'map') return shape.values;
  return shape.type === 'object' && Object.hasOwn(shape.fields, field) ? shape.fields[field] : undefined;
}

const itemShape = (shape: CelShape): CelShape =>
  shape.type === 'list' ? shape.items : shape.type === 'map' ? shape.values : anyShape;

const iteratedShape = (shape: CelShape): CelShape =>
  shape.type === 'list' ? shape.items : shape.type === 'map' ? { type: 'string' } : anyShape;

function commonShape(shapes: readonly CelShape[]): CelShape {
  const [first = anyShape] = shapes;
  return scalars.has(first.type) && shapes.every(({ type }) => type === first.type) ? first : anyShape;
}

/** Returns the dotted name that an expression may be, such as `ip` before `.isCanonical()`. */
function qualifiedName({ exprKind }: Expression): string | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name;
  if (exprKind.case !== 'selectExpr' || !exprKind.value.operand) return undefined;
  const before = qualifiedName(exprKind.value.operand);
  return before === undefined ? undefined : `${before}.${exprKind.value.field}`;
}
