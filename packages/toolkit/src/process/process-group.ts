const killAfterMs = 2_000;

/**
 * Ends the process group that `pid` leads when `signal` aborts: with SIGTERM, then with SIGKILL after 2 s.
 * Disposing undoes this.
 */
export function endGroupOnAbort(pid: number | undefined, signal: AbortSignal): Disposable {
  let killTimer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    killGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => killGroup(pid, 'SIGKILL'), killAfterMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(killTimer);
    },
  };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
}
