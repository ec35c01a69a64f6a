import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sprintf } from './printf.ts';
import { GoMap, GoObject, type GoValue } from './value.ts';

const size = new GoObject({ typeName: 'meta.Size', text: '1.0 GB', value: 2n ** 30n });
const pair = new GoObject({ typeName: 'pair', fields: { A: 1n, B: 'x' } });
const map = new GoMap([
  ['b', 2n],
  ['a', 1n],
]);

const cases: readonly (readonly [string, readonly GoValue[], string])[] = [
  ['%s|%v', ['a', 'b'], 'a|b'],
  ['%d %d', [5n, -5n], '5 -5'],
  ['%5d|%-5d|%05d|%+d|% d', [5n, 5n, -5n, 5n, 5n], '    5|5    |-0005|+5| 5'],
  ['%x %X %o %b %#x %c %U', [255n, 255n, 8n, 5n, 255n, 65n, 233n], 'ff FF 10 101 0xff A U+00E9'],
  ['%.3d', [5n], '005'],
  ['%10s|%-10s|%.2s', ['ab', 'ab', 'abcd'], '        ab|ab        |ab'],
  ['%-4sé%3s', ['é', 'é'], 'é   é  é'],
  ['%q %q %#q %q', ['a"b\n', 'é\u0001', 'raw', 97n], '"a\\"b\\n" "é\\x01" `raw` \'a\''],
  ['%x %X % x', ['hi', 'hi', 'h'], '6869 6869 68'],
  ['%t %v', [true, false], 'true false'],
  [
    '%f %.2f %8.2f|%-8.1f|%08.2f',
    [1.5, 1.005, 3.14159, 2, -3.14159],
    '1.500000 1.00     3.14|2.0     |-0003.14',
  ],
  [
    '%e %.1e %g %g %.3g %G',
    [1500, 1500, 1e21, 0.00001, 1234.5, 1e-7],
    '1.500000e+03 1.5e+03 1e+21 1e-05 1.23e+03 1E-07',
  ],
  ['%v %v %v', [1.5, 100000, 1234567.5], '1.5 100000 1.2345675e+06'],
  ['%v %+v %s', [pair, pair, pair], '{1 x} {A:1 B:x} {%!s(int=1) x}'],
  ['%v %s %d', [size, size, size], '1.0 GB 1.0 GB 1073741824'],
  ['%v %d', [map, map], 'map[a:1 b:2] map[%!d(string=a):1 %!d(string=b):2]'],
  ['%v %s %q %5d', [[1n, 2n], ['a'], ['a', 'b'], [1n, 2n]], '[1 2] [a] ["a" "b"] [    1     2]'],
  ['%T %T %T %T %T', ['a', 1n, 1.5, size, null], 'string int float64 meta.Size <nil>'],
  ['100%%', [], '100%'],
  ['%*d|%-*d', [4n, 1n, 4n, 1n], '   1|1   '],
  ['%[2]s %[1]s', ['a', 'b'], 'b a'],
  ['%#v %#v', ['a', 1n], '"a" 1'],
  ['%v %v', [null, undefined], '<nil> <nil>'],
  ['%d', ['a'], '%!d(string=a)'],
  ['%s %t', [1n, 1n], '%!s(int=1) %!t(int=1)'],
  ['%d', [1.5], '%!d(float64=1.5)'],
  ['%s', [null], '%!s(<nil>)'],
  ['%z', [1n], '%!z(int=1)'],
  ['%s', [], '%!s(MISSING)'],
  ['%s', ['a', 1n, 'b'], 'a%!(EXTRA int=1, string=b)'],
  ['%', [], '%!(NOVERB)'],
  ['%[5]d', [1n], '%!d(BADINDEX)'],
];

for (const [format, args, text] of cases) {
  test(`sprintf: ${format} gives ${JSON.stringify(text)}`, () => assert.equal(sprintf(format, args), text));
}
