import type { Writer } from '../../io.ts';

/** Returns what writes the messages of Footloose, with the seconds that have passed. */
export function footlooseLog(err: Writer): (level: 'INFO' | 'WARN', message: string) => void {
  const start = performance.now();
  return (level, message) => {
    const seconds = Math.floor((performance.now() - start) / 1_000);
    err.write(`${level}[${String(seconds).padStart(4, '0')}] ${message}\n`);
  };
}
