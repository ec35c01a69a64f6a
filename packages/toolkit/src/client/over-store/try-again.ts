import { hasCode } from '../../errors/coded-error.ts';
import { ObjectError } from '../object-error.ts';

/** How often a change that someone else came before is tried again. */
const mostTries = 10;
/** How many generated names are tried. */
const mostNames = 8;

/** Tries again if the store tells that someone else wrote in the meantime. */
export const untilNobodyInterferes = async <T>(attempt: () => Promise<T>): Promise<T> =>
  await tryAgain(
    attempt,
    mostTries,
    (failure) => hasCode(failure, 'CONFLICT') && !(failure instanceof ObjectError),
  );

/** Tries again if the name that the attempt made up is taken. */
export const untilNameIsFree = async <T>(attempt: () => Promise<T>): Promise<T> =>
  await tryAgain(attempt, mostNames, (failure) => hasCode(failure, 'ALREADY_EXISTS'));

async function tryAgain<T>(
  attempt: () => Promise<T>,
  most: number,
  isWorthIt: (failure: unknown) => boolean,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (failure) {
      if (!isWorthIt(failure) || tries === most) throw failure;
    }
  }
}
