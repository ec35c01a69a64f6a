import { CodedError } from '../errors/coded-error.ts';

/** The error for something new in a namespace that is being deleted with everything in it. */
export const namespaceLeaving = (name: string): CodedError =>
  new CodedError('NAMESPACE_LEAVING', `namespace "${name}" is being deleted with everything in it`, {
    hint: 'wait until it is gone, or use another namespace; "kubectl describe namespace" says what it waits for',
  });
