import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const intervalMs = 200;
/** What skopeo writes a blob to, beside the layout's index, until its digest is known to be right. */
const partial = /^oci-put-blob/;

/**
 * Tells now and then, until it is disposed of, how many bytes have come into an OCI layout since. Whoever holds the layout's
 * lock is the only one who adds to it.
 */
export function watchGrowth(layout: string, tell: (done: number) => void): Disposable {
  const blobs = join(layout, 'blobs', 'sha256');
  const before = new Set(namesIn(blobs));
  const timer = setInterval(() => {
    const whole = namesIn(blobs).filter((name) => !before.has(name));
    const partly = namesIn(layout).filter((name) => partial.test(name));
    const paths = [...whole.map((name) => join(blobs, name)), ...partly.map((name) => join(layout, name))];
    tell(paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0));
  }, intervalMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** None of a folder that is not there yet. */
function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
