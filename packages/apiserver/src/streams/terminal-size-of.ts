import type { WindowSize } from '@ignite/api/client/vm-streams';
import * as v from 'valibot';

const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const schema = v.object({ Width: side, Height: side });

/** Pure. Reads the size of a terminal as clients send it (Kubernetes: remotecommand `TerminalSize`). Others are no sizes. */
export function terminalSizeOf(text: string): WindowSize | undefined {
  const { success, output } = v.safeParse(schema, parsed(text));
  return success ? { rows: output.Height, columns: output.Width } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
