import * as v from 'valibot';

/** The longest path on Linux (PATH_MAX). */
const longest = 4_095;

/**
 * A path of a host or a guest. Line breaks are refused, because the check for `..` would not see what follows
 * them.
 */
export const absolutePath = v.pipe(
  v.string(),
  v.maxLength(longest, `must have at most ${longest} characters`),
  v.regex(/^[^\0-\x1f\x7f]*$/, 'must not contain control characters'),
  v.check(
    (path) => path.startsWith('/') && !path.split('/').includes('..'),
    'must be an absolute path without ".."',
  ),
);
