import { Script, createContext } from 'node:vm';

const context = createContext(Object.create(null));
const script = new Script('work()');

/**
 * Does work that takes as long as what somebody wrote makes it take, but not longer than some milliseconds.
 * Nothing else can stop work that never waits.
 */
export function withinTime<T>(timeoutMs: number, work: () => T): T | 'TIMED_OUT' {
  const before: unknown = context['work'];
  context['work'] = work;
  try {
    return script.runInContext(context, { timeout: timeoutMs }) as T;
  } catch (failure) {
    const { code } = failure as { readonly code?: unknown };
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'TIMED_OUT';
    throw failure;
  } finally {
    context['work'] = before;
  }
}
