import type { WindowSize } from '@ignite/api/client/vm-streams';

/** Tells each new size of our terminal, until disposed. */
export function followWindow(resize: (size: WindowSize) => void): Disposable {
  const { stdout } = process;
  const tell = (): void => resize({ rows: stdout.rows, columns: stdout.columns });
  stdout.on('resize', tell);
  return { [Symbol.dispose]: () => void stdout.off('resize', tell) };
}
