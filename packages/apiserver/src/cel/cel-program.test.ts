import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CelInput } from '@bufbuild/cel';
import { celProgram } from './cel-program.ts';
import { anyShape } from './cel-shape.ts';
import { TimeBudget } from './time-budget.ts';
import { withinTime } from './within-time.ts';

const evaluated = (text: string, self: CelInput = null): unknown =>
  celProgram(text, { self: anyShape }).evaluate({ self });

test('expressions have the functions that Kubernetes adds to the language', () => {
  for (const text of [
    '["a", "b"].isSorted() && [3, 1].max() == 3 && [1, 2].sum() == 3 && ["x", "y"].indexOf("y") == 1',
    '"a1b22".find("[0-9]+") == "1" && "a1b22".findAll("[0-9]+") == ["1", "22"] && "aAa".findAll("(?i)a", 2).size() == 2',
    'url("https://a.example:80/b%20c?d=e&d=f").getPort() == "80" && url("/x").getEscapedPath() == "/x"',
    'url("https://a.example/b?d=e&d=f").getQuery()["d"] == ["e", "f"] && !isURL("x y")',
    'quantity("1.5Gi").asInteger() == 1610612736 && quantity("100m").compareTo(quantity("0.1")) == 0',
    'quantity("1k").add(quantity("24")).sub(24).isInteger() && !isQuantity("1kk") && quantity("-1").sign() == -1',
    'ip("fe80::1").isLinkLocalUnicast() && ip("10.0.0.1").isGlobalUnicast() && !isIP("10.0.0.256")',
    'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::0:1") && ip("::").isUnspecified()',
    'cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8") && cidr("2001:db8::/32").containsCIDR("2001:db8:1::/48")',
    'cidr("10.0.0.0/8").containsIP(ip("10.2.3.4")) && cidr("10.1.0.0/16").ip() == ip("10.1.0.0")',
    'sets.contains([1, 2], [2]) && sets.equivalent([1, 2, 2], [2, 1]) && !sets.intersects([1], [2])',
    'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.1").compareTo(semver("1.0.0")) == -1',
    'isSemver("v1.2", true) && !isSemver("v1.2") && semver("v01.2", true).minor() == 2',
    '[1, 2, 1].distinct() == [1, 2] && [2, 1].sort() == [1, 2] && [1, 2].reverse() == [2, 1] && lists.range(2) == [0, 1]',
    '[[1], [2]].flatten() == [1, 2] && [1, 2, 3].slice(1, 2) == [2]',
    '!format.dns1123Label().validate("a-b").hasValue() && format.dns1123Label().validate("A").value().size() == 1',
    'format.named("uuid").value().validate("x").value() == ["does not match the UUID format"]',
    'optional.of(1).orValue(2) == 1 && !optional.none().hasValue() && optional.none().orValue(3) == 3',
  ])
    assert.equal(evaluated(text), true, text);
});

test('an expression that fails says why in the words of Kubernetes', () => {
  for (const [text, says] of [
    ['self.a.c', 'no such key: c'],
    ['self.list[7]', 'index out of bounds: 7'],
    ['1 / self.zero', 'division by zero'],
    ['self.list < 3', 'no such overload'],
  ] as const)
    assert.throws(() => evaluated(text, { a: { b: 1n }, list: [1n], zero: 0n }), { message: says }, text);
});

test('an expression with names that there are not is told of with the place of each', () => {
  assert.throws(() => celProgram('a ||\n  b(1)', {}), {
    message: [
      "ERROR: <input>:1:1: undeclared reference to 'a' (in container '')\n | a ||\n | ^",
      "ERROR: <input>:2:4: undeclared reference to 'b' (in container '')\n |   b(1)\n | ...^",
    ].join('\n'),
  });
});

test('work that takes too long is ended', () => {
  const many = Array.from({ length: 3_000 }, (_, at) => BigInt(at));
  const text = 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))';
  assert.equal(
    withinTime(50, () => evaluated(text, many)),
    'TIMED_OUT',
  );
  assert.equal(
    withinTime(10_000, () => evaluated('self.size() == 3000', many)),
    true,
  );
});

test('works that have their time together are not begun once it is over', () => {
  const time = new TimeBudget(50);
  let begun = 0;
  const endless = (): void => {
    begun += 1;
    for (;;);
  };
  assert.equal(
    new TimeBudget(60_000).within(() => 1),
    1,
  );
  assert.deepEqual([time.within(endless), time.within(endless), begun], ['TIMED_OUT', 'TIMED_OUT', 1]);
});

test('an expression is quick unless it goes through a list again and again, or looks for a pattern', () => {
  const isQuick = (text: string): boolean => celProgram(text, { self: anyShape, oldSelf: anyShape }).isQuick;
  for (const text of [
    'self == oldSelf',
    'has(self.a) && self.a.size() <= 3 || !(self.b[0] in oldSelf.c)',
    'self.a.startsWith("b") ? self.c + 1 > 2 : {"d": [self.e]}.d[0]',
  ])
    assert.ok(isQuick(text), text);
  for (const text of [
    'self.all(a, a > 1)',
    'self.a.matches("(a*)*b")',
    'self.a.find("b") == ""',
    '[1].sort() == self',
  ])
    assert.ok(!isQuick(text), text);
});
