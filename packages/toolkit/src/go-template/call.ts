import { CallError } from './call-error.ts';
import {
  type GoFunction,
  GoObject,
  type GoValue,
  type ParameterType,
  isList,
  typeName,
  underlying,
} from './value.ts';

/** Stands for an argument that was not given, which `undefined` cannot. */
export const absent: unique symbol = Symbol('absent');
export type Argument = GoValue | typeof absent;

/** Calls a function once its arguments are of the number and types that it takes. @throws CallError */
export function callChecked(name: string, callee: GoFunction, args: readonly GoValue[]): GoValue {
  const { parameters, isVariadic } = callee;
  const least = isVariadic ? parameters.length - 1 : parameters.length;
  if (args.length < least || (!isVariadic && args.length > least)) {
    const want = `${isVariadic ? 'at least ' : ''}${least}`;
    throw new CallError(`wrong number of args for ${name}: want ${want} got ${args.length}`);
  }
  const converted = args.map((value, at) => convert(value, parameters[Math.min(at, parameters.length - 1)]!));
  try {
    return callee.call(...converted);
  } catch (failure) {
    if (!(failure instanceof CallError)) throw failure;
    throw new CallError(`error calling ${name}: ${failure.message}`);
  }
}

/** What has a text of its own may stand where a string is wanted: Go would ask for a conversion first. */
function convert(value: GoValue, type: ParameterType): GoValue {
  if (type === 'any') return value;
  const inner = underlying(value);
  if (
    type === 'string' &&
    typeof inner !== 'string' &&
    value instanceof GoObject &&
    value.parts.text !== undefined
  )
    return value.parts.text;
  const fits =
    type === 'list' ? isList(inner) : type === 'int' ? typeof inner === 'bigint' : typeof inner === 'string';
  if (fits) return inner;
  if (inner === undefined) throw new CallError(`invalid value; expected ${goNames[type]}`);
  if (inner === null) throw new CallError(`cannot assign nil to ${goNames[type]}`);
  throw new CallError(`wrong type for value; expected ${goNames[type]}; got ${typeName(value)}`);
}

const goNames = { string: 'string', int: 'int', list: '[]string' } as const;
