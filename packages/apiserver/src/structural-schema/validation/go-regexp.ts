import { RE2JS } from '@bufbuild/re2';

const compiled = new Map<string, RE2JS | undefined>();
const mostCompiled = 10_000;

/**
 * Returns a regular expression of Go, which takes linear time whatever the text, or `undefined` if the pattern
 * is none.
 */
export function goRegExp(pattern: string): RE2JS | undefined {
  if (!compiled.has(pattern)) {
    if (compiled.size >= mostCompiled) compiled.clear();
    compiled.set(pattern, compile(pattern));
  }
  return compiled.get(pattern);
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
