import {
  type CelEnv,
  type CelError,
  type CelInput,
  type CelValue,
  celEnv,
  isCelError,
  parse,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { CelShape } from './cel-shape.ts';
import { type ExpressionFault, checkExpression } from './check-expression.ts';
import { addressFunctions } from './functions/address-functions.ts';
import { authorizerFunctions } from './functions/authorizer-functions.ts';
import { formatFunctions } from './functions/format-functions.ts';
import { listFunctions } from './functions/list-functions.ts';
import { optionalFunctions } from './functions/optional-functions.ts';
import { quantityFunctions } from './functions/quantity-functions.ts';
import { regexFunctions } from './functions/regex-functions.ts';
import { semverFunctions } from './functions/semver-functions.ts';
import { setFunctions } from './functions/set-functions.ts';
import { urlFunctions } from './functions/url-functions.ts';

/** The values of variables by their names, which may have dots. A variable that failed is an error. */
export type CelVariables = Readonly<Record<string, CelInput | CelError>>;

/** An expression that can be evaluated any number of times. */
export interface CelProgram {
  readonly shape: CelShape;
  /** The names of the variables that the expression uses. */
  readonly uses: ReadonlySet<string>;
  /** @throws Error with the text that Kubernetes has for it */
  readonly evaluate: (variables: CelVariables) => CelValue;
}

/** The standard functions of the language, and those that Kubernetes adds. */
const environment: CelEnv = celEnv({
  funcs: [
    ...strings,
    ...listFunctions,
    ...regexFunctions,
    ...urlFunctions,
    ...quantityFunctions,
    ...addressFunctions,
    ...optionalFunctions,
    ...setFunctions,
    ...formatFunctions,
    ...semverFunctions,
    ...authorizerFunctions,
  ],
});

/**
 * Returns the program that a text stands for.
 * @param variables are those that the expression may use
 * @throws Error with the place of each fault
 */
export function celProgram(text: string, variables: Readonly<Record<string, CelShape>>): CelProgram {
  const parsed = parsedExpression(text);
  const { shape, faults, uses } = checkExpression(text, parsed, environment, variables);
  if (faults.length > 0) throw new Error(faults.map((fault) => faultText(text, fault)).join('\n'));
  const evaluate = plan(environment, parsed) as (context: CelVariables) => CelValue;
  return {
    shape,
    uses,
    evaluate: (given) => {
      const result: CelValue = evaluate(given);
      if (isCelError(result)) throw new Error(evaluationText(result.message));
      return result;
    },
  };
}

function parsedExpression(text: string): ReturnType<typeof parse> {
  try {
    return parse(text);
  } catch (failure) {
    const { location, rawMessage = '' } = failure as {
      readonly rawMessage?: string;
      readonly location?: { readonly start: { readonly offset: number } };
    };
    throw new Error(
      faultText(text, { offset: location?.start.offset ?? 0, message: `Syntax error: ${rawMessage}` }),
    );
  }
}

/** Shows a fault as the library of Go does, below the line that it is in. */
function faultText(text: string, { offset, message }: ExpressionFault): string {
  const before = text.slice(0, offset).split('\n');
  const column = before.at(-1)!.length;
  const line = text.split('\n')[before.length - 1] ?? '';
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

/** Words that the library has for failures, and those that Kubernetes has. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^field not found: (.*)$/s, 'no such key: $1'],
  [/^index (-?\d+) out of bounds.*$/s, 'index out of bounds: $1'],
  [/^int divide by zero$/, 'division by zero'],
  [/^int modulo by zero$/, 'modulus by zero'],
  [/^found no matching overload .*$/s, 'no such overload'],
];

function evaluationText(message: string): string {
  const known = words.find(([pattern]) => pattern.test(message));
  return known ? message.replace(...known) : message;
}
