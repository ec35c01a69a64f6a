import type { Admission } from '@ignite/toolkit/client/admission';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { AnsweredStatus } from '../response/answered-status.ts';

/**
 * Returns the same admission, whose refusals are errors that a call can tell. They have none of the codes that make
 * an engine read an object again, since whoever refuses has said so for good.
 */
export const callAdmission = (admission: Admission): Admission => ({
  mutate: async (write) => await told(admission.mutate(write)),
  check: async (write) => await told(admission.check(write)),
});

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (failure) {
    throw failure instanceof AnsweredStatus ? refusalOf(failure) : failure;
  }
}

const refusalOf = (refused: AnsweredStatus): ObjectError => {
  const {
    message,
    status: { code = 500 },
  } = refused;
  return code < 500
    ? new ObjectError('FORBIDDEN', message, {
        hint: 'change what is refused, or ask who looks after the server',
      })
    : new ObjectError('SERVER_FAILED', message, { cause: refused });
};
