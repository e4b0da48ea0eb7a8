import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostExec } from '../../src/host/index.ts'
import { assert, test } from '../harness.ts'
import { inTemporaryFolder } from './temporary.ts'

const { find } = hostExec()

test('B4: the first folder that has the plugin as a regular file is taken', () =>
  inTemporaryFolder((root) => {
    const [first, second] = [folderIn(root, 'first'), folderIn(root, 'second')]
    mkdirSync(`${first}/bridge`)
    writeFileSync(`${second}/bridge`, '')
    assert.is(find('bridge', [first, second]), `${second}/bridge`)
    writeFileSync(`${first}/tuning`, '')
    writeFileSync(`${second}/tuning`, '')
    assert.is(find('tuning', [first, second]), `${first}/tuning`)
  }))

test('B4: links are followed, and the executable bit is not asked for', () =>
  inTemporaryFolder((root) => {
    writeFileSync(`${root}/real`, '')
    chmodSync(`${root}/real`, 0o600)
    symlinkSync('real', `${root}/link`)
    symlinkSync('nowhere', `${root}/dangling`)
    symlinkSync('loop', `${root}/loop`)
    assert.is(find('link', [root]), `${root}/link`)
    assert.is(find('dangling', [root]), undefined)
    assert.is(find('loop', [root]), undefined)
  }))

test('B4: folders without a name, that are missing or that are files are passed over', () =>
  inTemporaryFolder((root) => {
    writeFileSync(`${root}/bridge`, '')
    assert.is(find('bridge', ['', `${root}/missing`, `${root}/bridge`, root]), `${root}/bridge`)
    assert.is(find('bridge', []), undefined)
    assert.is(find('..', [root]), undefined)
    assert.is(find('', [root]), undefined)
  }))

function folderIn(root: string, name: string): string {
  mkdirSync(`${root}/${name}`)
  return `${root}/${name}`
}
