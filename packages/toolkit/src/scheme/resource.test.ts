import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Resource, inApplyOrder, namesOf, nounOf, resourceNamed } from './resource.ts';

const pot: Resource = {
  group: 'garden.example',
  kind: 'Pot',
  plural: 'pots',
  shortNames: ['p'],
  scope: 'Namespaced',
  applyOrder: 2,
};
const gardenBed: Resource = {
  group: 'garden.example',
  kind: 'GardenBed',
  plural: 'gardenbeds',
  scope: 'Namespaced',
  noun: 'bed',
  applyOrder: 1,
};
const weather: Resource = { group: 'garden.example', kind: 'Weather', plural: 'weather', scope: 'Cluster' };
const all = [pot, gardenBed, weather];

test('resourceNamed: a kind is named by its kind, noun, plural or short name, in any case', () => {
  for (const name of ['pot', 'Pots', 'P']) assert.equal(resourceNamed(name, all), pot);
  for (const name of ['GardenBed', 'bed', 'gardenbeds']) assert.equal(resourceNamed(name, all), gardenBed);
  assert.equal(resourceNamed('po', all), undefined);
  assert.equal(resourceNamed('constructor', all), undefined);
});

test('nounOf and namesOf: the kind in lower case unless it has a word of its own', () => {
  assert.equal(nounOf(pot), 'pot');
  assert.equal(nounOf(gardenBed), 'bed');
  assert.deepEqual(namesOf(gardenBed), ['gardenbed', 'bed', 'gardenbeds']);
  assert.deepEqual(namesOf(weather), ['weather']);
});

test('inApplyOrder: kinds that can be applied, the lowest number first', () => {
  assert.deepEqual(inApplyOrder(all), ['GardenBed', 'Pot']);
});
