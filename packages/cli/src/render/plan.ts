import { type FieldChange, dottedPath } from '@ignite/toolkit/diff/field-change';
import { keyText } from '@ignite/toolkit/object/object-key';
import type { SyncPlan } from '@ignite/toolkit/apply/plan-apply';
import type { Action } from '@ignite/toolkit/apply/action';
import { bytes, formatBytes } from '@ignite/toolkit/units/bytes';
import { forTerminal, printable } from '@ignite/toolkit/text/printable';

const signs = { create: '+', change: '~', replace: '±', delete: '-', unchanged: ' ' } as const;
const colours = { create: 32, change: 33, replace: 35, delete: 31, unchanged: 0 } as const;

/** What a plan does, with one line per object and its fields below; unchanged objects are omitted. */
export function renderPlan(plan: SyncPlan, isColoured: boolean): Uint8Array {
  const actions = plan.stages.flat().filter(({ kind }) => kind !== 'unchanged');
  const lines = actions.flatMap((action) => [
    coloured(printable(`${signs[action.kind]} ${titleOf(action)}`), colours[action.kind], isColoured),
    ...fieldLines(action.changes).map(plain),
    ...(action.held === undefined ? [] : [plain(printable(`    held: ${action.held}`))]),
  ]);
  const refused = plan.refused.map(({ key, message }) => plain(printable(`! ${keyText(key)}: ${message}`)));
  return Buffer.concat([...lines, ...refused]);
}

/** The fields that differ, one per line, aligned. */
export function fieldLines(changes: readonly FieldChange[]): readonly string[] {
  const width = Math.max(0, ...changes.map(({ path }) => dottedPath(path).length));
  return changes.map(
    ({ path, from, to }) =>
      `    ${dottedPath(path).padEnd(width)}   ${valueText(path, from)} → ${valueText(path, to)}`,
  );
}

const changeTexts = {
  live: 'changed live',
  'next-start': 'changed at the next start',
  restart: 'changed with a restart',
} as const;

/** `VM/web: restarted (changed)` */
function titleOf(action: Action): string {
  const what = {
    create: 'created',
    change: action.kind === 'change' ? changeTexts[action.effect] : '',
    replace: 'replaced',
    delete: 'removed',
    unchanged: 'unchanged',
  }[action.kind];
  const why = action.reason === 'drifted' ? ' (drifted)' : '';
  return `${keyText(action.key)}: ${action.held === undefined ? what : `would be ${what}`}${why}`;
}

const sizes = new Set(['/spec/memory', '/spec/diskSize']);

function valueText(path: string, value: unknown): string {
  if (value === undefined) return '(none)';
  if (typeof value === 'number' && sizes.has(path)) return formatBytes(bytes(value));
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

const plain = (line: string): Uint8Array => forTerminal`${line}\n`;

const coloured = (line: string, colour: number, isColoured: boolean): Uint8Array =>
  isColoured ? forTerminal`\u001b[${String(colour)}m${line}\u001b[0m\n` : plain(line);

/** What a plan does, for programs, including unchanged objects. */
export function planDocument(plan: SyncPlan): unknown {
  const actions = plan.stages.flat().map((action) => ({
    object: keyText(action.key),
    action: action.kind,
    reason: action.reason,
    ...(action.kind === 'change' && { effect: action.effect }),
    changes: action.changes,
    ...(action.held !== undefined && { held: action.held }),
  }));
  const refused = plan.refused.map(({ key, message }) => ({ object: keyText(key), message }));
  return { actions, refused };
}

/** Whether a plan has changes, including those that are held back or refused. */
export const differs = (plan: SyncPlan): boolean =>
  plan.refused.length > 0 || plan.stages.flat().some(({ kind }) => kind !== 'unchanged');
