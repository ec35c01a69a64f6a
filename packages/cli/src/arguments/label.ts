import { usageError } from './usage-error.ts';

export function parseLabel(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`--label ${JSON.stringify(text)}: not a label`, 'write --label KEY=VALUE');
  return [text.slice(0, at), text.slice(at + 1)];
}
