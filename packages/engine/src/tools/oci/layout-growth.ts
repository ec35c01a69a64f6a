import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const intervalMs = 200;
/**
 * The names of files beside the layout's index to which skopeo writes a blob until its digest is verified.
 */
const partial = /^oci-put-blob/;

/**
 * Reports from time to time, until it is disposed, how many bytes have been added to an OCI layout, if they are
 * more than before: skopeo drops a blob that turns out to be there. Only the holder of the layout's lock adds to it.
 */
export function watchGrowth(layout: string, tell: (done: number) => void): Disposable {
  const blobs = join(layout, 'blobs', 'sha256');
  const before = new Set(namesIn(blobs));
  let most = 0;
  const timer = setInterval(() => {
    const whole = namesIn(blobs).filter((name) => !before.has(name));
    const partly = namesIn(layout).filter((name) => partial.test(name));
    const paths = [...whole.map((name) => join(blobs, name)), ...partly.map((name) => join(layout, name))];
    const done = paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
    if (done <= most) return;
    most = done;
    tell(done);
  }, intervalMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Lists the names in a folder. A missing folder has none. */
function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
