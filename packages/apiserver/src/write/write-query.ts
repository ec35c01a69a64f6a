import { ObjectError } from '@ignite/toolkit/client/object-error';

/** What the query of a write says of how it is done. */
export interface WriteQuery {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly fieldManager?: string;
  readonly force: boolean;
}

/** What becomes of fields that the kind does not know. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

const fieldValidations: readonly FieldValidation[] = ['Ignore', 'Warn', 'Strict'];

/** The most characters of the name of a manager. */
const longestManager = 128;

/** Pure. @throws ObjectError INVALID */
export function writeQuery(query: URLSearchParams): WriteQuery {
  const asked = query.get('fieldValidation') || 'Warn';
  const fieldValidation = fieldValidations.find((each) => each === asked);
  if (!fieldValidation) throw notSupported('fieldValidation', asked, fieldValidations);
  const fieldManager = query.get('fieldManager') ?? '';
  checkManager(fieldManager);
  return {
    dryRun: isDryRun(query.getAll('dryRun')),
    fieldValidation,
    ...(fieldManager && { fieldManager }),
    force: query.get('force') === 'true',
  };
}

/** Pure. @throws ObjectError INVALID */
export function isDryRun(values: readonly string[]): boolean {
  const [first = ''] = values.filter((each) => each !== 'All' && each !== '');
  if (first !== '') throw notSupported('dryRun', first, ['All']);
  return values.includes('All');
}

function notSupported(field: string, value: string, supported: readonly string[]): ObjectError {
  const message = `"${value}": supported values: ${supported.map((each) => `"${each}"`).join(', ')}`;
  const causes = [{ field, reason: 'FieldValueNotSupported', message }];
  return new ObjectError('INVALID', `${field}: ${message}`, { causes });
}

function checkManager(name: string): void {
  const problem = managerProblem(name);
  if (!problem) return;
  const [reason, message] = problem;
  const field = 'fieldManager';
  throw new ObjectError('INVALID', `${field}: ${message}`, { causes: [{ field, reason, message }] });
}

function managerProblem(name: string): readonly [reason: string, message: string] | undefined {
  if (name.length > longestManager)
    return ['FieldValueTooLong', `may not be more than ${longestManager} bytes`];
  return /^[^\p{C}\p{Zl}\p{Zp}]*$/u.test(name)
    ? undefined
    : ['FieldValueInvalid', 'should only contain printable characters'];
}
