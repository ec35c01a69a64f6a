import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageConfig } from '@ignite/api/v1/image';
import { bootModeOf } from './boot-mode.ts';

const config = (entrypoint: string[], cmd: string[]): ImageConfig => ({
  entrypoint,
  cmd,
  env: [],
  user: '',
  workingDir: '',
  stopSignal: '',
  exposedPorts: [],
});
const systemd = { init: '/usr/lib/systemd/systemd', openrc: false };
const busybox = { init: '/bin/busybox', openrc: false };

test('bootModeOf: an image with systemd and a shell, or nothing, as Cmd boots it', () => {
  assert.equal(bootModeOf(config([], ['bash']), systemd), 'init');
  assert.equal(bootModeOf(config([], []), systemd), 'init');
  assert.equal(bootModeOf(config([], ['/sbin/init']), { openrc: false }), 'init');
});

test('bootModeOf: an image with a program of its own runs that, init or not', () => {
  assert.equal(bootModeOf(config(['/entry'], []), systemd), 'entrypoint');
  assert.equal(bootModeOf(config([], ['nginx', '-g', 'daemon off;']), systemd), 'entrypoint');
});

test('bootModeOf: an entrypoint that ends with the init gives way to it', () => {
  const prepared = config(['/usr/local/bin/entrypoint', '/sbin/init'], []);
  assert.equal(bootModeOf(prepared, systemd), 'init');
  assert.equal(bootModeOf(config(['/entry'], ['/sbin/init']), systemd), 'init');
  assert.equal(bootModeOf(prepared, busybox), 'entrypoint');
  assert.equal(bootModeOf(prepared, { openrc: false }), 'entrypoint');
});

test('bootModeOf: busybox as init counts only with openrc', () => {
  assert.equal(bootModeOf(config([], ['/bin/sh']), busybox), 'entrypoint');
  assert.equal(bootModeOf(config([], ['/bin/sh']), { ...busybox, openrc: true }), 'init');
});
